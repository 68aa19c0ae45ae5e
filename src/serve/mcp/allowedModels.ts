import { FAMILIES } from '../../train/families/families.ts';
import type { Folders } from './folders.ts';

/**
 * The models of a call: a family by its name, a folder within the allowed ones, or what the server was started with.
 * @throws {SerError} `usage` for a folder outside
 */
export const allowedModels = (named: string | undefined, usual: string, { within }: Folders): string =>
  named === undefined || named === usual ? usual : Object.hasOwn(FAMILIES, named) ? named : within(named);

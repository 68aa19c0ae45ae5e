import { FAMILIES } from '../../train/families/families.ts';
import type { Folders } from './folders.ts';

/** A family by its name, what the server was started with, or a folder within the allowed ones. @throws {SerError} `usage` for one outside */
export const modelsIn = (models: string, usual: string, { within }: Folders): string =>
  models === usual || Object.hasOwn(FAMILIES, models) ? models : within(models);

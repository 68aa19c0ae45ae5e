import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SerError } from '../../error.ts';
import { MODELS_FOLDER } from '../../train/families/families.ts';

export const GENDER_FOLDER = join(MODELS_FOLDER, 'gender');

/** File names of the shipped gender model, and of the published one as stored by `ser gender download`. */
export const GENDER_FILES = { shipped: 'gender.onnx', published: 'ecapa-voxceleb.onnx' } as const;

/**
 * The default gender model: in the first of the folders that has one, the shipped one, else the downloaded one.
 * @throws {SerError} `model`, with the remedy, if there is none
 */
export function findGenderModel(...folders: string[]): string {
  const places = folders.length > 0 ? [...new Set(folders)] : [GENDER_FOLDER];
  const found = places
    .flatMap((folder) => Object.values(GENDER_FILES).map((file) => join(folder, file)))
    .find((path) => existsSync(path));
  if (found) return found;
  throw new SerError(
    'model',
    `There is no gender model in ${places.join(' or ')}: fetch the published one (62 MB) with \`ser gender download\`, ` +
      'or name one with --model.',
  );
}

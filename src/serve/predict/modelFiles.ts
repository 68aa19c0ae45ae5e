import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SerError } from '../../error.ts';
import { MODELS_FOLDER } from '../../train/families/families.ts';

export const GENDER_FOLDER = join(MODELS_FOLDER, 'gender');

/** File names of the shipped gender model, and of the published one as stored by `ser gender download`. */
export const GENDER_FILES = { shipped: 'gender.onnx', published: 'ecapa-voxceleb.onnx' } as const;

/**
 * The gender model of a folder, by default this package's: the shipped one, else the downloaded one.
 * @throws {SerError} `model`, with the remedy, if there is none
 */
export function findGenderModel(folder = GENDER_FOLDER): string {
  const found = genderModelIn(folder);
  if (found !== undefined) return found;
  throw new SerError(
    'model',
    `There is no gender model in ${folder}: fetch the published one (62 MB) with \`ser gender download\`, ` +
      'or name one with --model.',
  );
}

/** The gender model in a folder, if there is one. */
export const genderModelIn = (folder: string): string | undefined =>
  Object.values(GENDER_FILES)
    .map((file) => join(folder, file))
    .find((path) => existsSync(path));

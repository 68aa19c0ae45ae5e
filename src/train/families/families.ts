import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GENDERS } from '../../data/clip.ts';
import { SerError } from '../../error.ts';
import { EMOTION_MODELS, type EmotionModelName } from './members.ts';

/** Folder of this package's models. */
export const MODELS_FOLDER = fileURLToPath(new URL('../../../models', import.meta.url));

/** Families of emotion models. No answer comes from two of them. `models`: those without which one is not whole; a pair may have a pooled model besides. */
export const FAMILIES = {
  default: { what: 'recommended by this version', models: GENDERS },
  reference: { what: "the reference system's network on librosa's 186 features, to compare with", models: GENDERS },
  adapted: { what: 'the default, for several recordings of each speaker (`--speaker-from`)', models: GENDERS },
  open: { what: 'one model for all voices, trained only on audio that is free for commercial use', models: ['pooled'] },
} as const satisfies Record<string, { what: string; models: readonly EmotionModelName[] }>;

export type FamilyName = keyof typeof FAMILIES;
export const FAMILY_NAMES = Object.keys(FAMILIES) as FamilyName[];

export const isFamilyName = (name: string): name is FamilyName => Object.hasOwn(FAMILIES, name);

/** The folder of a family within a folder of models: the default family's models are in it directly. */
export const familyFolder = (name: FamilyName, models = MODELS_FOLDER): string =>
  name === 'default' ? models : join(models, name);

/** Models that belong together. */
export interface ModelFamily {
  /** Of the family; for a folder of one's own its last part and a slash: `mine/`. */
  name: string;
  /** Contains `male/` and `female/`, or `pooled/`, or all three, and optionally `gender/`. */
  folder: string;
}

/** Names of the emotion models in a folder of models. */
export const modelsIn = (folder: string): EmotionModelName[] =>
  EMOTION_MODELS.filter((name) => existsSync(join(folder, name, 'bundle.json')));

/**
 * The family of a name, or the models in a folder of the same layout. A folder that is called like a family needs a path: `./open`.
 * @param shipped  folder of the families
 * @throws {SerError} `model` for a family that this package does not contain, with how to train it, and for a folder that does not exist
 * @example
 * findFamily('reference').folder.endsWith('reference') // → true
 */
export function findFamily(models = 'default', shipped = MODELS_FOLDER): ModelFamily {
  if (isFamilyName(models)) {
    const folder = familyFolder(models, shipped);
    if (modelsIn(folder).length > 0) return { name: models, folder };
    const train = FAMILIES[models].models.map((one) => `\`ser train ${one} --models ${models}\``).join(' and ');
    throw new SerError(
      'model',
      `The models "${models}" are not in this package (${folder}): copy them from the repository's models/, train them with ${train}, or choose another family with --models.`,
    );
  }
  if (!statSync(models, { throwIfNoEntry: false })?.isDirectory()) {
    throw new SerError('model', `There is neither a folder ${models} nor a family of models of that name: choose ${FAMILY_NAMES.join(', ')}, or a folder with male/ and female/, or with pooled/.`); // prettier-ignore
  }
  const known = FAMILY_NAMES.find((name) => resolve(familyFolder(name, shipped)) === resolve(models));
  return { name: known ?? `${basename(resolve(models))}/`, folder: models };
}

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cellNumber, parseCsv } from '../../../files/csv.ts';
import { SerError } from '../../../error.ts';
import { readText } from '../../../files/files.ts';
import { type Gender, GENDERS } from '../../../data/clip.ts';
import { isTemperature } from '../../../data/temperature.ts';

/** The out-of-fold prediction of the gender model for a clip. */
export interface GenderPosterior {
  speaker: string;
  gender: Gender;
  /** The fold whose training did not include this speaker. */
  fold: string;
  /** Softmax of logits / temperature. */
  maleProbability: number;
}

/** The committed table: out-of-fold predictions of the gender model on its training corpora. */
export const GENDER_POSTERIORS_PATH = fileURLToPath(
  new URL('../../../../data/features/gender-out-of-fold.csv', import.meta.url),
);

export const POSTERIOR_COLUMNS = [
  'corpus',
  'clip',
  'speaker',
  'gender',
  'fold',
  'logit_male',
  'logit_female',
  'temperature',
] as const;

/**
 * Reads a table of out-of-fold predictions, by clip id.
 * @param corpus  whose rows are returned
 * @returns empty if the table does not contain the corpus
 * @throws {SerError} `table` for a file that is missing or damaged, or whose folds share a speaker, so that its predictions are not
 * out of fold
 * @example
 * const posteriors = readGenderPosteriors(GENDER_POSTERIORS_PATH, 'ravdess');
 * posteriors.get('03-01-05-01-01-01-01').maleProbability > 0.9 // → true
 */
export function readGenderPosteriors(path: string, corpus: string): Map<string, GenderPosterior> {
  const [header = [], ...lines] = parseCsv(readText(path, 'table'), path);
  const refuse = (message: string): never => {
    throw new SerError('table', `${path}: ${message}`);
  };
  if (header.join() !== POSTERIOR_COLUMNS.join()) {
    refuse(`its header must be ${POSTERIOR_COLUMNS.join()}; it is ${header.join()}.`);
  }
  const posteriors = new Map<string, GenderPosterior>();
  const foldOf = new Map<string, string>();
  lines.forEach((cells, i) => {
    if (cells[0] !== corpus) return;
    const row = `row ${i + 1} (clip ${cells[1]})`;
    if (cells.length !== header.length) refuse(`${row} has ${cells.length} fields; the header has ${header.length}.`);
    const [, clip, speaker, gender, fold, ...values] = cells;
    if (!GENDERS.includes(gender as Gender)) refuse(`${row} has the gender "${gender}".`);
    if (posteriors.has(clip)) refuse(`${row} occurs twice.`);
    if ((foldOf.get(speaker) ?? fold) !== fold) {
      refuse(
        `speaker ${speaker} is in the folds ${foldOf.get(speaker)} and ${fold}: a model was trained on the speaker.`,
      );
    }
    foldOf.set(speaker, fold);
    const [male, female, temperature] = values.map(cellNumber);
    const maleProbability = 1 / (1 + Math.exp((female - male) / temperature));
    if (!isTemperature(temperature) || Number.isNaN(maleProbability))
      refuse(`${row} has invalid logits or an invalid temperature.`);
    posteriors.set(clip, { speaker, gender: gender as Gender, fold, maleProbability });
  });
  return posteriors;
}

/**
 * The posteriors of these clips, or the reason why there are none.
 * @throws {SerError} `table` as `readGenderPosteriors`, and if a clip has a different speaker or gender in the table
 */
export function posteriorsOf(
  clips: readonly { id: string; speaker: string; gender: Gender | null }[],
  path: string,
  corpus: string,
): Map<string, GenderPosterior> | { missing: string } {
  if (!existsSync(path)) return { missing: `there is no table of gender posteriors at ${path}` };
  const posteriors = readGenderPosteriors(path, corpus);
  const absent = clips.filter(({ id }) => !posteriors.has(id));
  if (absent.length > 0) {
    return { missing: `${absent.length} of ${clips.length} test clips, such as ${absent[0].id}, are not in ${path}` };
  }
  for (const { id, speaker, gender } of clips) {
    const there = posteriors.get(id)!;
    if (there.speaker === speaker && there.gender === gender) continue;
    throw new SerError(
      'table',
      `${path}: clip ${id} is of speaker ${there.speaker} (${there.gender}) there, and of ${speaker} (${gender}) in the features.`,
    );
  }
  return posteriors;
}

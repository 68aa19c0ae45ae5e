import { basename, dirname, extname, relative, resolve, sep } from 'node:path';
import { cellNumber, parseCsv, toCsv } from '../../files/csv.ts';
import { SerError } from '../../error.ts';
import { readText } from '../../files/files.ts';
import { type Gender, GENDERS } from '../clip.ts';
import type { Corpus, CorpusClip, CorpusProblem, CorpusScan } from '../corpora/corpus.ts';
import { labelOf, sortLabels } from '../labels/emotionWords.ts';

/** A clip of a corpus without labels: predictions, and fields for a person to fill in. */
export interface ManifestRow {
  file: string;
  /** Empty if unknown. */
  speaker: string;
  gender: Gender | '';
  /** Of that gender. Null for a file that could not be read. */
  probability: number | null;
  /** Empty if unknown. */
  emotion: string;
  /** Reason for a person to listen to the clip; empty if there is none. */
  review: string;
}

const COLUMNS = ['file', 'speaker', 'gender', 'probability', 'emotion', 'review'] as const;
/** The other columns are not used in training. */
const REQUIRED = ['file', 'speaker', 'emotion'] as const;

/** @param folder  of the manifest: file names are relative to it */
export function manifestToCsv(rows: readonly ManifestRow[], folder: string): string {
  const lines = rows.map((row) => [
    relative(folder, resolve(row.file)).replaceAll(sep, '/'),
    row.speaker,
    row.gender,
    row.probability ?? '',
    row.emotion,
    row.review,
  ]);
  return toCsv([COLUMNS, ...lines]);
}

/**
 * Reads a manifest. The columns `gender`, `probability` and `review` are optional; emotions may be any words; synonyms such as `joy` and `anger` are read as their labels.
 * @returns rows whose files are paths relative to the current folder
 * @throws {SerError} `corpus`, with the row, if it is missing or damaged
 * @example
 * import { writeFileSync } from 'node:fs';
 * writeFileSync('manifest.csv', 'file,speaker,gender,emotion\nanna/1.wav,anna,female,anger\n');
 * readManifest('manifest.csv').map(({ speaker, gender, emotion }) => [speaker, gender, emotion]) // → [['anna', 'female', 'angry']]
 */
export function readManifest(path: string): ManifestRow[] {
  const [header = [], ...lines] = parseCsv(readText(path, 'corpus'), path);
  const refuse = (message: string): never => {
    throw new SerError('corpus', `${path}: ${message}`);
  };
  const missing = REQUIRED.filter((column) => !header.includes(column));
  if (missing.length > 0) refuse(`it lacks the columns ${missing.join(', ')}`);
  const seen = new Set<string>();
  return lines.map((cells, i) => {
    const of = Object.fromEntries(header.map((column, at) => [column, (cells[at] ?? '').trim()]));
    const row = `row ${i + 1} (${of.file || 'without a file'})`;
    if (of.file === '' || seen.has(of.file)) refuse(`${row} ${of.file ? 'occurs twice' : 'cannot be used'}`);
    seen.add(of.file);
    const { gender = '', probability: given = '', review = '' } = of;
    if (![...GENDERS, ''].includes(gender)) refuse(`${row} has the gender "${gender}"; it must be ${GENDERS.join(' or ')}, or empty`); // prettier-ignore
    const probability = given === '' ? null : cellNumber(given);
    if (probability !== null && !(probability >= 0 && probability <= 1)) {
      refuse(`${row} has the probability "${given}"; give a number from 0 to 1, or nothing`);
    }
    return {
      file: relative('.', resolve(dirname(path), of.file)),
      speaker: of.speaker,
      gender: gender as ManifestRow['gender'],
      probability,
      emotion: labelOf(of.emotion),
      review,
    };
  });
}

/**
 * The corpus of a manifest, for feature tables: rows with emotion and speaker, and without a review. The gender may be missing.
 * `clips` takes the manifest's path; all other rows are its problems.
 * @param fillGenders  predicts the gender of rows that lack nothing else
 * @example
 * import { writeFileSync } from 'node:fs';
 * writeFileSync('manifest.csv', 'file,speaker,gender,emotion\nanna/1.wav,anna,female,anger\n');
 * const { clips, problems } = await manifestCorpus('manifest.csv').clips('manifest.csv');
 * clips.map(({ id, speaker, gender }) => [id, speaker, gender]) // → [['anna/1', 'anna', 'female']]
 */
export function manifestCorpus(path: string, fillGenders?: FillGenders): Corpus {
  const name = basename(path, extname(path));
  return {
    name,
    title: basename(path),
    get labels() {
      return sortLabels(readManifest(path).flatMap(({ emotion }) => emotion || []));
    },
    clips: async (root) => scanManifest(root, name, fillGenders),
    recordingOf: ({ id }) => `${name}/${id}`,
    licence: 'that of the corpus',
  };
}

/** Predicts the genders of the voices in files, as far as possible. */
export type FillGenders = (files: readonly string[]) => Promise<ReadonlyMap<string, Gender>>;

async function scanManifest(path: string, corpus: string, fillGenders?: FillGenders): Promise<CorpusScan> {
  const problems: CorpusProblem[] = [];
  const rows = readManifest(path);
  const lacking = rows.filter(({ gender, emotion, speaker, review }) => !gender && emotion && speaker && !review);
  const filled =
    (lacking.length > 0 && (await fillGenders?.(lacking.map(({ file }) => file)))) || new Map<string, Gender>();
  const clips = rows.flatMap(({ file, speaker, gender, emotion, review }): CorpusClip[] => {
    const lacks = Object.entries({ emotion, speaker }).filter(([, value]) => value === '');
    const reason = review
      ? `to be reviewed: ${review}`
      : lacks.length > 0 && `no ${lacks.map(([what]) => what).join(', ')}`;
    if (reason) {
      problems.push({ kind: 'foreign', name: file, reason });
      return [];
    }
    const id = relative(dirname(path), file).replaceAll(sep, '/').replace(/\.[^./]+$/, ''); // prettier-ignore
    const told = { id, path: file, speaker, gender: gender || (filled.get(file) ?? null), emotion };
    return [{ ...told, corpus, recording: `${corpus}/${id}`, sentence: null, channel: 'speech' }];
  });
  const ids = new Set<string>();
  for (const { id, path: file } of clips) {
    if (ids.has(id)) throw new SerError('corpus', `${path}: the name of ${file} differs from that of another clip only by its extension: rename one`); // prettier-ignore
    ids.add(id);
  }
  if (clips.length === 0) {
    const first = problems[0] ? `; the first row: ${problems[0].reason}` : '';
    throw new SerError('corpus', `${path} has no row that can be used for training${first}. Fill in speaker and emotion, and clear the review column`); // prettier-ignore
  }
  const gendersFilledIn = lacking.filter(({ file }) => filled.has(file)).length;
  return { gendersFilledIn, clips: clips.sort((a, b) => (a.id < b.id ? -1 : 1)), problems, passedOver: [] };
}

import { existsSync } from 'node:fs';
import { basename, dirname, extname, relative, resolve, sep } from 'node:path';
import { cellNumber, parseCsv, separatorOf, toCsv } from '../../files/csv.ts';
import { SerError } from '../../error.ts';
import { readText } from '../../files/files.ts';
import { type Gender, GENDERS } from '../clip.ts';
import { knownCorpus } from '../corpora/corpora.ts';
import type { Corpus, CorpusClip, CorpusProblem, CorpusScan } from '../corpora/corpus.ts';
import { sortLabels } from '../labels/emotionWords.ts';
import { genderOfWord } from '../labels/genderWords.ts';
import { type LabelMap, mappedLabel } from '../labels/labelMap.ts';

/** A row of a manifest: a clip, as far as it is known, and notes for a person. */
export interface ManifestRow {
  file: string;
  /** Empty if unknown. */
  speaker: string;
  gender: Gender | '';
  /** Empty if unknown. */
  emotion: string;
  /** That of the gender, if a model has predicted it; else null. */
  probability: number | null;
  /** Reason for a person to listen to the clip; empty if there is none. */
  review: string;
  /** Values of further columns, by their names. */
  more?: Readonly<Record<string, string>>;
}

/** The columns in the order in which they are written, with other names that they have, in lower case. */
const COLUMNS = {
  file: ['path', 'filename', 'file_name', 'filepath', 'file_path', 'wav', 'audio', 'clip'],
  speaker: ['speaker_id', 'speakerid', 'spk', 'actor', 'actor_id'],
  gender: ['sex'],
  emotion: ['label', 'emotion_label'],
  probability: [],
  review: [],
} as const satisfies Record<Exclude<keyof ManifestRow, 'more'>, readonly string[]>;
const NAMES = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];
const REQUIRED = ['file', 'emotion'] as const;

/**
 * Rows as CSV: file, speaker, gender, emotion, probability and review if any row has one of them, then the further columns.
 * @param folder  of the manifest: file names are relative to it
 */
export function manifestToCsv(rows: readonly ManifestRow[], folder: string): string {
  const isNoted = rows.some(({ probability, review }) => probability !== null || review !== '');
  const notes = isNoted ? (['probability', 'review'] as const) : [];
  const more = [...new Set(rows.flatMap((row) => Object.keys(row.more ?? {})))];
  const lines = rows.map((row) => [
    relative(folder, resolve(row.file)).replaceAll(sep, '/'),
    row.speaker,
    row.gender,
    row.emotion,
    ...notes.map((name) => row[name] ?? ''),
    ...more.map((name) => row.more?.[name] ?? ''),
  ]);
  return toCsv([['file', 'speaker', 'gender', 'emotion', ...notes, ...more], ...lines]);
}

/**
 * Reads a manifest: CSV whose fields are parted by commas, semicolons or tabs, with the columns `file` and `emotion`, and optionally `speaker`, `gender`,
 * `probability` (of a gender that a model has predicted) and `review`; others are kept. Genders may be words or letters (M, f, weiblich); emotions any words,
 * of which synonyms and abbreviations (joy, ANG, Wut) are read as their labels.
 * @param required  columns without which it is none
 * @param map  labels for words, which go before the usual ones; rows with a word for an empty label are left out
 * @returns rows whose files are paths relative to the current folder
 * @throws {SerError} `corpus`, with the row, if it is missing or damaged
 * @example
 * import { writeFileSync } from 'node:fs';
 * writeFileSync('manifest.csv', 'file,speaker,gender,emotion,room\nanna/1.wav,anna,F,anger,kitchen\n');
 * const [{ speaker, gender, emotion, more }] = readManifest('manifest.csv');
 * [speaker, gender, emotion, more.room] // → ['anna', 'female', 'angry', 'kitchen']
 */
export function readManifest(
  path: string,
  map: LabelMap = new Map(),
  required: readonly (keyof typeof COLUMNS)[] = REQUIRED,
): ManifestRow[] {
  const text = readText(path, 'corpus');
  const [header = [], ...lines] = parseCsv(text, path, separatorOf(text));
  const refuse = (message: string): never => {
    throw new SerError('corpus', `${path}: ${message}`);
  };
  const places = columnsOf(header.map((name) => name.trim()));
  const missing = required.filter((name) => !places.has(name));
  if (missing.length > 0) refuse(`it lacks the columns ${missing.join(', ')}; it has ${header.join(', ') || 'none'}`);
  const further = header.flatMap((name, at) => ([...places.values()].includes(at) || name.trim() === '' ? [] : [[name.trim(), at] as const])); // prettier-ignore
  const seen = new Set<string>();
  return lines.flatMap((cells, i): ManifestRow[] => {
    const cell = (at: number | undefined): string => (at === undefined ? '' : (cells[at] ?? '').trim());
    const of = (name: keyof typeof COLUMNS): string => cell(places.get(name));
    const file = of('file');
    const row = `row ${i + 1} (${file || 'without a file'})`;
    if (file === '' || seen.has(file)) refuse(`${row} ${file ? 'occurs twice' : 'cannot be used'}`);
    seen.add(file);
    const gender = genderOfWord(of('gender'));
    if (gender === undefined) return refuse(`${row} has the gender "${of('gender')}"; it must be ${GENDERS.join(' or ')}, or empty`); // prettier-ignore
    const given = of('probability');
    const probability = given === '' ? null : cellNumber(given);
    if (probability !== null && !(probability >= 0 && probability <= 1)) {
      refuse(`${row} has the probability "${given}"; give a number from 0 to 1, or nothing`);
    }
    const emotion = of('emotion') && mappedLabel(of('emotion'), map);
    if (of('emotion') && emotion === '') return [];
    const more = further.flatMap(([name, at]) => (cell(at) === '' ? [] : [[name, cell(at)] as const]));
    return [
      {
        ...{ file: relative('.', pathOf(dirname(path), file)), speaker: of('speaker'), gender: gender ?? '', emotion },
        ...{ probability, review: of('review') },
        ...(more.length > 0 && { more: Object.fromEntries(more) }),
      },
    ];
  });
}

/** Where each column is: by its own name, else by the first of the others. */
function columnsOf(header: readonly string[]): Map<keyof typeof COLUMNS, number> {
  const small = header.map((name) => name.toLowerCase());
  const found = NAMES.map((name) => [name, [name, ...COLUMNS[name]].map((one) => small.indexOf(one)).find((at) => at >= 0)] as const); // prettier-ignore
  return new Map(found.flatMap(([name, at]) => (at === undefined ? [] : [[name, at] as const])));
}

/** The path of a file in a manifest, which may have been written in Windows. */
function pathOf(folder: string, file: string): string {
  const path = resolve(folder, file);
  return !file.includes('\\') || existsSync(path) ? path : resolve(folder, file.replaceAll('\\', '/'));
}

/** Predicts the genders of the voices in files, as far as possible. */
export type FillGenders = (files: readonly string[]) => Promise<ReadonlyMap<string, Gender>>;

export interface ManifestOptions {
  /** Predicts the gender of rows that lack nothing else. Default: they stay without. */
  fillGenders?: FillGenders;
  /** Labels for words; see `readManifest`. */
  map?: LabelMap;
}

/**
 * The corpus of a manifest: rows with an emotion, and without a review. Speaker and gender may be missing.
 * `clips` takes the manifest's path; all other rows are its problems. It is named after the file, or the folder of a `manifest.csv`.
 * @example
 * import { writeFileSync } from 'node:fs';
 * writeFileSync('manifest.csv', 'file,speaker,gender,emotion\nanna/1.wav,anna,female,anger\n');
 * const { clips, problems } = await manifestCorpus('manifest.csv').clips('manifest.csv');
 * clips.map(({ id, speaker, gender }) => [id, speaker, gender]) // → [['anna/1', 'anna', 'female']]
 */
export function manifestCorpus(path: string, options: ManifestOptions = {}): Corpus {
  const name = ownName(path);
  return {
    name,
    title: basename(path),
    get labels() {
      return sortLabels(readManifest(path, options.map).flatMap(({ emotion }) => emotion || []));
    },
    clips: async (root) =>
      scanRows(readManifest(root, options.map), { name, folder: dirname(root), origin: root }, options.fillGenders),
    recordingOf: ({ id }) => `${name}/${id}`,
    licence: 'that of the corpus',
  };
}

/** The name of the corpus in a manifest or a folder: never that of a known one, which has labels and a licence of its own. */
export function ownName(path: string): string {
  const own = basename(path, /\.csv$/i.test(path) ? extname(path) : '');
  const name = own.toLowerCase() === 'manifest' ? basename(dirname(resolve(path))) : own;
  return knownCorpus(name) ? `my-${name}` : name || 'manifest';
}

/**
 * The clips of rows: those with an emotion, and without a review; all others are problems.
 * @param about  name of the corpus, folder in which the clips are named, and what the rows are from, for messages
 */
export async function scanRows(
  rows: readonly ManifestRow[],
  { name: corpus, folder, origin }: { name: string; folder: string; origin: string },
  fillGenders?: FillGenders,
): Promise<CorpusScan> {
  const problems: CorpusProblem[] = [];
  const lacking = rows.filter(({ gender, emotion, review }) => !gender && emotion && !review);
  const filled =
    (lacking.length > 0 && (await fillGenders?.(lacking.map(({ file }) => file)))) || new Map<string, Gender>();
  let gendersFilledIn = 0;
  const clips = rows.flatMap(({ file, speaker, gender, probability, emotion, review, more }): CorpusClip[] => {
    const reason = review ? `to be reviewed: ${review}` : emotion === '' && 'no emotion';
    if (reason) {
      problems.push({ kind: 'foreign', name: file, reason });
      return [];
    }
    const id = relative(folder, file).replaceAll(sep, '/').replace(/\.[^./]+$/, ''); // prettier-ignore
    const predicted = gender ? probability !== null : filled.has(file);
    if (predicted) gendersFilledIn++;
    const told = { id, path: file, speaker, gender: gender || (filled.get(file) ?? null), emotion };
    return [{ ...told, corpus, recording: `${corpus}/${id}`, sentence: null, channel: 'speech', ...(more && { more }) }]; // prettier-ignore
  });
  const ids = new Set<string>();
  for (const { id, path: file } of clips) {
    if (ids.has(id)) throw new SerError('corpus', `${origin}: the name of ${file} differs from that of another clip only by its extension: rename one`); // prettier-ignore
    ids.add(id);
  }
  if (clips.length === 0) {
    const first = problems[0] ? `; the first row: ${problems[0].reason}` : '';
    throw new SerError('corpus', `${origin} has no row that can be used for training${first}. Fill in the emotions, and clear the review column`); // prettier-ignore
  }
  return { gendersFilledIn, clips: clips.sort((a, b) => (a.id < b.id ? -1 : 1)), problems, passedOver: [] };
}

import { basename, dirname, extname, resolve } from 'node:path';
import { CORPORA } from '../../data/corpora/corpora.ts';
import { SerError } from '../../error.ts';
import { parseCsv } from '../../files/csv.ts';
import { readText } from '../../files/files.ts';
import { counted } from '../../words.ts';

/** Where the speaker of a file is known from. */
export type SpeakerSource = 'folder' | 'column' | 'file-name';

/**
 * The speaker of each file. `folder`: the folder that it is in; `file-name`: as its corpus names files, else the part before the first `_`, `-` or
 * blank; `column`: from a CSV with the columns `file`, relative to the CSV, and `speaker`.
 * @param csv  its path, for `column`
 * @throws {SerError} `usage` without such a CSV, or for files that have no speaker; `table` for a CSV without these columns
 * @example
 * const speakers = speakersOf(['anna_1.wav', 'anna_2.wav', 'ben_1.wav'], 'file-name');
 * [...speakers.values()] // → ['anna', 'anna', 'ben']
 */
export function speakersOf(files: readonly string[], source: SpeakerSource, csv?: string): Map<string, string> {
  if ((source === 'column') !== (csv !== undefined)) {
    throw new SerError('usage', '--speakers FILE.csv, with the columns file and speaker, goes with --speaker-from column: give both or neither.'); // prettier-ignore
  }
  const listed = csv === undefined ? undefined : readSpeakers(csv);
  const speakerOf = (file: string): string | undefined => {
    if (listed) return listed.get(resolve(file));
    return source === 'folder' ? dirname(resolve(file)) : namedSpeaker(basename(file, extname(file)));
  };
  const speakers = new Map(files.map((file) => [file, speakerOf(file)]));
  const missing = files.filter((file) => !speakers.get(file));
  if (missing.length === 0) return speakers as Map<string, string>;
  throw new SerError('usage', `${counted(missing.length, 'file')} ${missing.length === 1 ? 'has' : 'have'} no speaker in ${csv ?? 'the name'}, such as ${missing[0]}.`); // prettier-ignore
}

function namedSpeaker(name: string): string {
  for (const { parseName } of CORPORA) {
    try {
      if (parseName) return parseName(name).speaker;
    } catch (error) {
      if (!(error instanceof SerError)) throw error;
    }
  }
  return name.split(/[_\-\s]/, 1)[0];
}

function readSpeakers(path: string): Map<string, string> {
  const [header = [], ...rows] = parseCsv(readText(path, 'table'), path);
  const [file, speaker] = ['file', 'speaker'].map((column) => header.indexOf(column));
  if (file < 0 || speaker < 0) throw new SerError('table', `${path} must have the columns file and speaker; it has ${header.join(', ') || 'none'}.`); // prettier-ignore
  return new Map(rows.map((cells) => [resolve(dirname(path), cells[file] ?? ''), (cells[speaker] ?? '').trim()]));
}

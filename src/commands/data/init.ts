import { dirname, join } from 'node:path';
import type { Argv } from 'yargs';
import { findClips, describePassedOver } from '../../data/audio/clipFiles.ts';
import { sortLabels } from '../../data/labels/emotionWords.ts';
import { mappedLabel, readLabelMap } from '../../data/labels/labelMap.ts';
import { doubtsOf, groupsOf, guessLabels, withListed } from '../../data/sources/guess.ts';
import { listsIn } from '../../data/sources/lists.ts';
import { type ManifestRow, manifestToCsv } from '../../data/sources/manifest.ts';
import { checkOutFile, writeFileAtomic } from '../../files/files.ts';
import { printableName } from '../../messages/printable.ts';
import { counted } from '../../words.ts';
import { predictGenders } from './fillGenders.ts';
import { JSON_OPTION, MAP_OPTION } from '../options.ts';
import type { Arguments } from '../lazily.ts';

export const builder = (parser: Argv) =>
  parser
    .positional('folder', { type: 'string', demandOption: true, describe: 'Folder with the recordings, at any depth' })
    .option('out', {
      type: 'string',
      defaultDescription: 'FOLDER/manifest.csv',
      describe: 'The manifest: CSV of file (relative to it), speaker, gender, emotion, and further columns',
    })
    .option('map', MAP_OPTION)
    .option('fill-genders', {
      type: 'boolean',
      default: false,
      describe: 'Let the gender model fill in missing genders; their rows then have its probability',
    })
    .option('json', JSON_OPTION)
    .example(
      '$0 data init recordings',
      'then look at recordings/manifest.csv, and train with --data recordings/manifest.csv',
    )
    .example(
      '$0 data init recordings --map joy=happy,anger=angry --fill-genders',
      'other labels; genders by the gender model',
    )
    .epilogue(
      'Names are read as those of a known corpus, if most files have such; else emotions are words or abbreviations in names and folders, speakers and ' +
        'genders folders or a part of the names. What a CSV in the folder says of the files (columns such as file, speaker, gender, emotion) goes before, ' +
        'and its further columns are kept; so does a manifest that is there already: the same command adds new files to it.',
    );

export async function handler({ folder, map, json, ...options }: Arguments<typeof builder>): Promise<void> {
  const out = options.out ?? join(folder, 'manifest.csv');
  checkOutFile(out);
  const labels = readLabelMap(map ?? []);
  const { clips: files, passedOver } = findClips([folder]);
  const guess = guessLabels(files, folder);
  const lists = listsIn(folder, out, files);
  const listed = lists.reduce((rows, list) => withListed(rows, list.rows), guess.rows);
  const mapped = listed.map((row) => ({ ...row, emotion: row.emotion && mappedLabel(row.emotion, labels) }));
  const rows = options['fill-genders'] ? await withGenders(mapped) : mapped;
  writeFileAtomic(out, manifestToCsv(rows, dirname(out)));

  const counts = Object.fromEntries((['speaker', 'gender', 'emotion'] as const).map((name) => [name, countsOf(rows, name)])); // prettier-ignore
  const doubts = [...doubtsOf(rows), ...describePassedOver(passedOver).map((phrase) => `passed over: ${phrase}`)];
  if (json) {
    console.log(JSON.stringify({ manifest: out, clips: rows.length, from: guess.from, lists: lists.map(({ path }) => path), counts, doubts, rows }, null, 2)); // prettier-ignore
    return;
  }
  console.log(`${counted(rows.length, 'clip')} in ${printableName(folder)}`);
  for (const name of ['speaker', 'gender', 'emotion'] as const) {
    const origins = [...lists.filter((list) => list.has.includes(name)).map(({ path }) => path), guess.from[name]];
    const found = Object.entries(counts[name]);
    const shown = found.slice(0, 12).map(([value, count]) => `${value} ${count}`).join(', ') + (found.length > 12 ? ', …' : ''); // prettier-ignore
    const many = name === 'speaker' && found.length > 0 ? `${counted(found.length, 'speaker')}: ` : '';
    const origin = origins.filter(Boolean).join('; ') || 'found nowhere';
    console.log(printableName(`${name}: ${many}${shown || 'none'} (from ${origin})`.replace('from found', 'found')));
  }
  for (const doubt of doubts) console.log(printableName(`look at: ${doubt}`));
  console.log(printableName(out));
}

function countsOf(rows: readonly ManifestRow[], name: 'speaker' | 'gender' | 'emotion'): Record<string, number> {
  const groups = groupsOf(rows, name);
  const order = name === 'emotion' ? sortLabels(groups.keys()) : [...groups.keys()].sort();
  return Object.fromEntries(order.map((value) => [value, groups.get(value)!.length]));
}

/** Rows without a gender get that of the gender model. */
async function withGenders(rows: readonly ManifestRow[]): Promise<ManifestRow[]> {
  const genders = await predictGenders(rows.filter(({ gender }) => gender === '').map(({ file }) => file));
  return rows.map((row) => ({ ...row, ...(row.gender === '' && genders.get(row.file)) }));
}

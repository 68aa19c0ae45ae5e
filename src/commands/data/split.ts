import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Argv } from 'yargs';
import { GENDERS } from '../../data/clip.ts';
import { manifestToCsv } from '../../data/sources/manifest.ts';
import { SerError } from '../../error.ts';
import { checkOutFile, writeFileAtomic } from '../../files/files.ts';
import { printableName } from '../../messages/printable.ts';
import { showProgress } from '../../progress.ts';
import { findGenderModel } from '../../serve/predict/modelFiles.ts';
import { SORT_DEFAULTS, sortByGender } from '../../serve/voices/sortByGender.ts';
import { counted } from '../../words.ts';
import { clipsOf } from '../clipsOf.ts';
import { STRICT_OPTION, WORKERS_OPTION } from '../options.ts';
import type { Arguments } from '../lazily.ts';

export const builder = (parser: Argv) =>
  parser
    .option('by-gender', {
      type: 'string',
      demandOption: true,
      describe: 'Folder of audio files; a subfolder that contains clips counts as one speaker',
    })
    .option('out', {
      type: 'string',
      defaultDescription: 'standard output',
      describe: 'The manifest: CSV of file (relative to the manifest), speaker, gender, emotion, probability, review',
    })
    .option('review', {
      type: 'number',
      default: SORT_DEFAULTS.review,
      describe: 'Probability of the gender below which clips are listed for review, like unreadable ones',
    })
    .option('speaker-folders', {
      type: 'boolean',
      default: SORT_DEFAULTS.speakerFolders,
      describe:
        "One gender for all clips of a folder, by all of them together; clips that don't fit are listed for review",
    })
    .option('model', {
      type: 'string',
      defaultDescription: 'gender.onnx of this package, else the downloaded one',
      describe: 'Gender model in ONNX',
    })
    .option('strict', STRICT_OPTION)
    .option('workers', WORKERS_OPTION)
    .option('json', { type: 'boolean', default: false, describe: 'Print counts and all rows as JSON' })
    .example('$0 data split --by-gender corpus --out corpus/manifest.csv', 'then check the rows under review')
    .example('$0 data split --by-gender corpus --speaker-folders --review 0.99 --json', 'for programs')
    .epilogue(
      'Check the manifest: clear the review column of every correct row (rows with a review are not used for training), fill in ' +
        'missing speakers and emotions; emotions are suggested if a file or folder is named after one. Then ' +
        '`ser features build --manifest corpus/manifest.csv --out tables` makes the tables, and `ser train male --protocol loso ' +
        '--fold "speaker NAME" --table tables/manifest-librosa186.parquet --augmented-table …` the models.',
    );

export async function handler({
  'by-gender': folder,
  out,
  review,
  'speaker-folders': speakerFolders,
  model,
  strict,
  workers,
  json,
}: Arguments<typeof builder>): Promise<void> {
  if (!(review >= 0.5 && review <= 1)) {
    throw new SerError('usage', `--review must be a probability from 0.5 to 1; it is ${review}.`);
  }
  if (out) checkOutFile(out);
  if (statSync(folder, { throwIfNoEntry: false })?.isFile()) {
    throw new SerError('usage', `--by-gender ${folder}: it is a file; name the folder that contains the clips.`);
  }
  const files = clipsOf([folder]);
  const progress = showProgress('gender', files.length);
  const rows = await sortByGender(files, folder, model ?? findGenderModel(), {
    review,
    speakerFolders,
    strict,
    workers,
    onVoice: () => progress.tick(),
  }).finally(() => progress.stop());
  const counts = Object.fromEntries(
    GENDERS.map((gender) => [gender, rows.filter((row) => row.gender === gender).length]),
  );
  const doubtful = rows.filter((row) => row.review);
  const unreadable = rows.filter((row) => row.gender === '').length;

  if (out) writeFileAtomic(out, manifestToCsv(rows, dirname(out)));
  if (json) console.log(JSON.stringify({ ...counts, unreadable, review: doubtful.length, rows }, null, 2));
  else if (!out) process.stdout.write(manifestToCsv(rows, '.'));
  console.error(
    `${counted(rows.length, 'clip')}: ${GENDERS.map((gender) => `${counts[gender]} ${gender}`).join(', ')}, ${unreadable} unreadable; ${doubtful.length} to review`,
  );
  if (out) console.error(out);
  for (const { file, gender, probability, review: why } of doubtful) {
    const answer = gender ? `${gender} ${probability!.toFixed(2)}, ` : '';
    console.error(`  ${printableName(`${file}: ${answer}${why}`)}`);
  }
  if (unreadable > 0) process.exitCode = 1;
}

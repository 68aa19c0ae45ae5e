import { basename, extname } from 'node:path';
import type { Argv } from 'yargs';
import { loadRecording } from '../../data/audio/load.ts';
import { speechDetector } from '../../data/speech/load.ts';
import { clipPicture, framesPicture } from '../../eval/charts/clips/clipPicture.ts';
import { featureSet } from '../../data/embeddings/load.ts';
import { SerError } from '../../error.ts';
import { FEATURES_OPTION } from './featuresOption.ts';
import { printableName } from '../../messages/printable.ts';
import { RECORDING_POSITIONAL, STRICT_OPTION } from '../options.ts';
import { checkPicturePath, writePicture } from '../picture.ts';
import type { Arguments } from '../lazily.ts';

export const builder = (parser: Argv) =>
  parser
    .positional('file', RECORDING_POSITIONAL)
    .option('out', {
      type: 'string',
      describe: 'The picture, .svg or .png',
      defaultDescription: 'NAME.features.svg in this folder',
    })
    .option('features', {
      ...FEATURES_OPTION,
      default: undefined,
      describe: 'Draw the frames of this set instead: log-mel, speech-embedding, …',
    })
    .option('strict', STRICT_OPTION)
    .example('$0 features show clip.wav', 'into clip.features.svg')
    .example('$0 features show clip.wav --out figures/clip.png', 'as PNG, at twice the size, for slides')
    .example('$0 features show clip.wav --features log-mel', 'the frames of a feature set');

export async function handler({
  file,
  out = `${basename(file, extname(file))}.features.svg`,
  features,
  strict,
}: Arguments<typeof builder>): Promise<void> {
  checkPicturePath(out);
  const set = features === undefined ? undefined : featureSet(features);
  if (set?.level === 'functionals') {
    throw new SerError('usage', `${set.name} gives one vector per clip, which cannot be drawn over time: leave --features out, or name a set of frames.`); // prettier-ignore
  }
  const { signal, warnings } = await loadRecording(file, { strict, speech: await speechDetector() });
  for (const warning of warnings) console.error(`warning: ${printableName(file)}: ${warning}`);
  const name = basename(file);
  const picture = set ? framesPicture(signal, name, set, await set.extract(signal)) : clipPicture(signal, name);
  await writePicture(out, picture);
  console.log(out);
}

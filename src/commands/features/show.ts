import { basename, extname } from 'node:path';
import type { Argv } from 'yargs';
import { loadRecording } from '../../data/audio/load.ts';
import { speechDetector } from '../../data/speech/load.ts';
import { clipPicture } from '../../eval/charts/clips/clipPicture.ts';
import { printableName } from '../../printable.ts';
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
    .option('strict', STRICT_OPTION)
    .example('$0 features show clip.wav', 'into clip.features.svg')
    .example('$0 features show clip.wav --out figures/clip.png', 'as PNG, at twice the size, for slides');

export async function handler({
  file,
  out = `${basename(file, extname(file))}.features.svg`,
  strict,
}: Arguments<typeof builder>): Promise<void> {
  checkPicturePath(out);
  const { signal, warnings } = await loadRecording(file, { strict, speech: await speechDetector() });
  for (const warning of warnings) console.error(`warning: ${printableName(file)}: ${warning}`);
  await writePicture(out, clipPicture(signal, basename(file)));
  console.log(out);
}

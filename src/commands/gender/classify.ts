import type { Argv } from 'yargs';
import { checkOutFile, writeFileAtomic } from '../../files/files.ts';
import { showProgress } from '../../progress.ts';
import { classifyVoices } from '../../serve/voices/classifyVoices.ts';
import { formatVoices } from '../../serve/voices/genderFormats.ts';
import { findGenderModel, GENDER_FILES } from '../../serve/predict/modelFiles.ts';
import { counted } from '../../words.ts';
import { clipsOf } from '../clipsOf.ts';
import { CLIPS_POSITIONAL, FORMAT_OPTION, OUT_OPTION, STRICT_OPTION, WORKERS_OPTION } from '../options.ts';
import type { Arguments } from '../lazily.ts';

export const builder = (parser: Argv) =>
  parser
    .positional('files', CLIPS_POSITIONAL)
    .option('model', {
      type: 'string',
      defaultDescription: `${GENDER_FILES.shipped} of this package, else ${GENDER_FILES.published}, the downloaded one`,
      describe: 'Gender model in ONNX',
    })
    .option('format', FORMAT_OPTION)
    .option('out', OUT_OPTION)
    .option('strict', STRICT_OPTION)
    .option('workers', {
      ...WORKERS_OPTION,
      describe: 'Threads that decode and classify, each with the model in memory',
    })
    .example('$0 gender clip.wav recordings/', 'label, probability and logits of each')
    .example('$0 gender recordings/ --format csv --out genders.csv', 'to a spreadsheet')
    .example('$0 gender clip.wav --model mine.onnx --format json', 'with your own model; for another program')
    .epilogue('Exit code 1 if a file could not be read; its row gives the reason, and the others are classified.');

export async function handler({
  files: paths,
  model,
  format,
  out,
  strict,
  workers,
}: Arguments<typeof builder>): Promise<void> {
  if (out) checkOutFile(out);
  const files = clipsOf(paths);
  const modelFile = model ?? findGenderModel();
  const progress = files.length > 1 ? showProgress('gender', files.length) : undefined;
  const outcomes = await classifyVoices(files, modelFile, {
    workers,
    strict,
    onVoice: () => progress?.tick(),
  }).finally(() => progress?.stop());
  const text = formatVoices(outcomes, format);
  if (out) writeFileAtomic(out, text);
  else process.stdout.write(text);
  const failed = outcomes.filter((outcome) => 'error' in outcome).length;
  if (out) console.error(`${files.length - failed} of ${counted(files.length, 'file')} classified: ${out}`);
  if (failed > 0) process.exitCode = 1;
}

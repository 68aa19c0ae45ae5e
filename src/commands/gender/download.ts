import { dirname, join } from 'node:path';
import type { Argv } from 'yargs';
import { checkOutFile, checkOutFolder } from '../../files/files.ts';
import { GENDER_FILES, GENDER_FOLDER } from '../../serve/predict/modelFiles.ts';
import { downloadGender, publishedGenderUrl } from '../../train/gender/ecapa/downloadGender.ts';
import { PUBLISHED_GENDER } from '../../train/gender/ecapa/publishedGender.ts';
import { describeImport } from './import.ts';
import { barPerJob } from '../barPerJob.ts';
import { resumable } from '../resumable.ts';
import type { Arguments } from '../lazily.ts';

export const builder = (parser: Argv) =>
  parser
    .option('out', {
      type: 'string',
      default: join(GENDER_FOLDER, GENDER_FILES.published),
      defaultDescription: `models/gender/${GENDER_FILES.published} of this package`,
      describe: 'The ONNX model to write',
    })
    .option('base-url', {
      type: 'string',
      default: publishedGenderUrl(),
      describe: `URL of ${PUBLISHED_GENDER.file} on a mirror, if the hub cannot be reached (HF_ENDPOINT works too)`,
    })
    .option('keep-weights', {
      type: 'boolean',
      default: false,
      describe: 'Keep the safetensors file beside the model',
    })
    .example('$0 gender download', 'into the models of this package, where the other commands find it')
    .example('$0 gender download --base-url http://mirror.local/ecapa', 'from a mirror; the checksum is the same');

export async function handler({
  out,
  'base-url': baseUrl,
  'keep-weights': keepWeights,
}: Arguments<typeof builder>): Promise<void> {
  checkOutFile(out);
  // The weights are fetched to a file beside it.
  checkOutFolder(dirname(out));
  const bars = barPerJob();
  console.error(`${PUBLISHED_GENDER.repository} is under the MIT licence.`);
  await resumable(async (signal) => {
    const imported = await downloadGender(out, {
      baseUrl,
      keepWeights,
      signal,
      onProgress: (received) => bars.at('weights (MB)', received / 1e6, Math.floor(PUBLISHED_GENDER.bytes / 1e6)),
      onRetry: (reason, wait) => console.error(`\n${reason}; next try in ${Math.round(wait / 1000)} s`),
    });
    bars.stop();
    console.log(describeImport(out, imported));
  }, bars.stop);
}

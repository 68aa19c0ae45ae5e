import type { Argv } from 'yargs';
import { downloadEncoder, publishedEncoder } from '../../data/embeddings/published/downloadEncoder.ts';
import { encodersFolder } from '../../data/embeddings/encoders/encoderPlace.ts';
import { checkOutFolder } from '../../files/files.ts';
import { barPerJob } from '../barPerJob.ts';
import { JSON_OPTION } from '../options.ts';
import { resumable } from '../resumable.ts';
import type { Arguments } from '../lazily.ts';

export const builder = (parser: Argv) =>
  parser
    .positional('name', { type: 'string', demandOption: true, describe: 'Name in `ser embeddings list`' })
    .option('base-url', {
      type: 'string',
      defaultDescription: 'where it is published',
      describe:
        'URL of a folder with the same files on a mirror; HF_ENDPOINT names a mirror of the whole Hugging Face hub',
    })
    .option('json', JSON_OPTION)
    .example('$0 embeddings download whisper-tiny', 'then: ser features extract … --features whisper-tiny')
    .example('$0 embeddings download wavlm-base-plus --base-url http://mirror.local/wavlm', 'from a mirror')
    .epilogue(
      'Encoders are stored in the folder SER_ENCODERS, by default ~/.cache/gender-ser/encoders, with the checksums of their first ' +
        'download, which every use compares. The same command continues an interrupted download, checks a complete one, and ' +
        'replaces damaged files. Exit code 1 if it fails, 130 if it is stopped.',
    );

export async function handler({ name, 'base-url': baseUrl, json }: Arguments<typeof builder>): Promise<void> {
  const encoder = publishedEncoder(name);
  checkOutFolder(encodersFolder(), 'SER_ENCODERS');
  const bars = barPerJob();
  console.error(`${encoder.title}: licence ${encoder.licence}.`);
  await resumable(async (signal) => {
    const { model, files, isOld } = await downloadEncoder(encoder, {
      baseUrl,
      signal,
      onProgress: ({ path, megabytes }, received, total = (megabytes ?? 0) * 1e6) =>
        total > 1e6 && bars.at(`${path} (MB)`, received / 1e6, total / 1e6),
      onRetry: (reason, wait) => console.error(`\n${reason}; next try in ${Math.round(wait / 1000)} s`),
    });
    bars.stop();
    const { bytes, sha256 } = files['model.onnx'];
    if (json) console.log(JSON.stringify({ name, model, isOld, files }, null, 2));
    else {
      const state = isOld ? 'was downloaded before and is unchanged' : 'downloaded';
      console.log(`${model}: ${state}, ${(bytes / 1e6).toFixed(1)} MB, SHA-256 ${sha256}`);
    }
  }, bars.stop);
}

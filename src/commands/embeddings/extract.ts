import type { Argv } from 'yargs';
import { extractOptions } from '../features/extract.ts';

export { handler } from '../features/extract.ts';

export const builder = (parser: Argv) =>
  extractOptions(parser, 'speech-embedding-functionals')
    .example('$0 embeddings extract clip.wav', 'mean and deviation of the shipped encoder’s values, as CSV')
    .example('$0 embeddings extract clip.wav --features speech-embedding --format json', 'its frames')
    .example(
      '$0 embeddings extract recordings/ --features wavlm-base-plus#6-functionals --out clips.parquet --format parquet',
      'layer 6 of a downloaded encoder',
    )
    .example('$0 embeddings extract clip.wav --features onnx:mine.onnx', 'frames of your own encoder');

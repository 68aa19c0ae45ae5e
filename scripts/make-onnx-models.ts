/**
 * Writes models/speech/speech.onnx and models/speech-embedding/embedding.onnx: weights of published models, as development dependencies ship
 * them, in graphs of our own that take a whole recording at once.
 *
 *     npx tsx scripts/make-onnx-models.ts
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { embeddingModel, PUBLISHED as EMBEDDING } from '../src/data/embeddings/published/speechEmbedding.ts';
import { PUBLISHED as SPEECH, speechModel } from '../src/data/speech/published.ts';
import { writeFileAtomic } from '../src/files/files.ts';

const { resolve } = createRequire(import.meta.url);

for (const [path, published, remake] of [
  ['models/speech/speech.onnx', SPEECH, speechModel],
  ['models/speech-embedding/embedding.onnx', EMBEDDING, embeddingModel],
] as const) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileAtomic(path, remake(readFileSync(resolve(`${published.package}/${published.file}`))));
  console.log(path);
}

/**
 * Writes models/speech/speech.onnx: the weights of Silero VAD, as a development dependency ships them, in a graph of our own that
 * takes a whole recording at once.
 *
 *     npx tsx scripts/make-speech-model.ts
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PUBLISHED, speechModel } from '../src/data/speech/published.ts';
import { writeFileAtomic } from '../src/files/files.ts';

const published = createRequire(import.meta.url).resolve(`${PUBLISHED.package}/${PUBLISHED.file}`);
const path = 'models/speech/speech.onnx';
writeFileAtomic(path, speechModel(readFileSync(published)));
console.log(path);

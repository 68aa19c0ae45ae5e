import { readFileSync } from 'node:fs';
import type { Bundle } from '../../src/train/bundle/bundle.ts';

const bundle = JSON.parse(readFileSync('models/male/bundle.json', 'utf8')) as Bundle;

/** The emotions that the default models know. */
export const LABELS = bundle.labels;

/** A file of the default male model besides `bundle.json`. */
export const [MODEL_FILE] = Object.keys(bundle.files);

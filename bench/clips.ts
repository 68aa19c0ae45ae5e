import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findClips } from '../src/data/audio/clipFiles.ts';

/** The clips of RAVDESS below `SER_CORPORA`, or the demo clips where there is none. */
export function benchClips(): string[] {
  const corpus = join(process.env.SER_CORPORA ?? '', 'ravdess');
  const hasCorpus = process.env.SER_CORPORA && existsSync(corpus);
  return findClips([hasCorpus ? corpus : fileURLToPath(new URL('../data/demo', import.meta.url))]).clips;
}

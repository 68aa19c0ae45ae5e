import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { SerError } from '../../error.ts';
import { readWhole } from '../../files/files.ts';
import { sha256 } from '../../sha256.ts';
import type { Clip } from '../clip.ts';
import { CORPORA } from '../corpora/corpora.ts';
import type { Corpus, CorpusClip, CorpusProblem } from '../corpora/corpus.ts';

/** A corpus whose names files have. */
export interface Identified {
  corpus: Corpus;
  /** Number of the files that have such names. */
  files: number;
}

/** The corpus to which more than half of the files belong by their names. */
export function identifyCorpus(paths: readonly string[]): Identified | undefined {
  const [best] = CORPORA.map((corpus) => ({ corpus, files: paths.filter((path) => clipAt(corpus, path)).length })).sort(
    (a, b) => b.files - a.files,
  );
  return best.files > paths.length / 2 ? best : undefined;
}

/** The clip of a corpus that a path names; undefined if it names none. */
export function clipAt({ parsePath, parseName }: Corpus, path: string): Clip | undefined {
  try {
    return parsePath ? parsePath(path) : parseName?.(basename(path));
  } catch (error) {
    if (error instanceof SerError) return undefined;
    throw error;
  }
}

/** Clips with the same bytes as another, under other names. */
export function sameBytes(clips: readonly CorpusClip[]): CorpusProblem[] {
  const bySize = new Map<number, CorpusClip[]>();
  for (const clip of clips) {
    const { size } = statSync(clip.path);
    bySize.set(size, [...(bySize.get(size) ?? []), clip]);
  }
  return [...bySize.values()]
    .filter(({ length }) => length > 1)
    .flatMap((alike) => {
      const first = new Map<string, CorpusClip>();
      return alike.flatMap((clip): CorpusProblem[] => {
        const hash = sha256(readWhole(clip.path));
        const twin = first.get(hash);
        if (!twin) first.set(hash, clip);
        return twin ? [{ kind: 'duplicate', name: clip.id, reason: `the same bytes as ${twin.id}` }] : [];
      });
    });
}

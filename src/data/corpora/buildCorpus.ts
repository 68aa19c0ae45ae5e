import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SerError } from '../../error.ts';
import { withLock } from '../../files/lock.ts';
import { sentence } from '../../words.ts';
import { buildTables, TABLE_DEFAULTS } from '../tables/buildTables.ts';
import type { BuildOptions, BuildResult } from '../tables/buildTables.ts';
import { knownCorpus } from './corpora.ts';
import type { Corpus, CorpusScan } from './corpus.ts';
import { tablePaths } from '../tables/tablePaths.ts';
import { writeTablePair } from '../tables/tableFile.ts';

/** Default folder of a corpus's audio: within `SER_CORPORA`, or where `npm run data:download` stores it; also by its other name, if that is there. */
export function defaultCorpusFolder(name: string): string {
  const root = process.env.SER_CORPORA ?? join('data', 'raw');
  const other = knownCorpus(name)?.folder;
  return join(root, other && !existsSync(join(root, name)) && existsSync(join(root, other)) ? other : name);
}

/**
 * Finds the clips of a corpus in a folder.
 * @throws {SerError} `corpus` with the remedy if there are none
 */
export async function scanCorpus(corpus: Corpus, folder: string): Promise<CorpusScan> {
  try {
    return await corpus.clips(folder);
  } catch (error) {
    if (!(error instanceof SerError)) throw error;
    const remedy = 'Download the audio with `ser data download`, or give its folder with `--corpus FOLDER`.';
    throw new SerError('corpus', `${sentence(error.message)} ${remedy}`, { cause: error });
  }
}

export interface SavedTables extends BuildResult {
  /** The files written. */
  paths: string[];
}

/**
 * Builds the tables of a corpus as files in `folder`: `NAME-FEATURES.parquet` and `NAME-FEATURES-augmented.parquet`, both in one step
 * or not at all (see `readTablePair`). During the run, and after failures, a journal lies beside them, from which the next call continues.
 * @throws {SerError} `file` while another process builds the same tables; and the reason of an abort, as `buildTables`
 */
export async function saveTables(
  corpus: Corpus,
  { clips, gendersFilledIn = 0 }: CorpusScan,
  folder: string,
  options: Omit<BuildOptions, 'journal' | 'provenance'>,
): Promise<SavedTables> {
  const paths = tablePaths(corpus.name, options.featureSet ?? TABLE_DEFAULTS.featureSet, folder);
  const journal = paths.original.replace(/parquet$/, 'journal.partial');
  const provenance = {
    corpus: corpus.name,
    ...(gendersFilledIn > 0 && { gendersFilledIn: `${gendersFilledIn} of ${clips.length} clips, by the gender model` }),
    licence: corpus.licence,
  };
  // The journal is of one run at a time.
  return withLock(journal, async () => {
    const result = await buildTables(clips, { ...options, journal, provenance });
    const names = [paths.original, paths.augmented] as const;
    writeTablePair(names, result.original, result.augmented);
    if (result.failures.length === 0) rmSync(journal, { force: true });
    return { ...result, paths: names.slice(0, result.augmented ? 2 : 1) };
  });
}

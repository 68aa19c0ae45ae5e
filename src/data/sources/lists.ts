import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SerError } from '../../error.ts';
import { type ManifestRow, readManifest } from './manifest.ts';

/** A CSV that says something about files. */
export interface FileList {
  path: string;
  rows: ManifestRow[];
  /** What it says of any of them. */
  has: ('speaker' | 'gender' | 'emotion')[];
}

/**
 * The lists of files in a folder: CSV files with a column for files, of which at least half are among those given, and then the manifest that is there
 * already, which a person may have corrected.
 * @param manifest  its path, whether or not it is there
 * @throws {SerError} `corpus` for a manifest that is damaged
 */
export function listsIn(folder: string, manifest: string, files: readonly string[]): FileList[] {
  const known = new Set(files.map((file) => resolve(file)));
  const others = readdirSync(folder)
    .filter((name) => name.toLowerCase().endsWith('.csv') && resolve(folder, name) !== resolve(manifest))
    .sort()
    .flatMap((name) => {
      const rows = rowsOf(join(folder, name));
      const own = rows.filter(({ file }) => known.has(resolve(file)));
      return own.length > 0 && own.length >= rows.length / 2 ? [listOf(join(folder, name), own)] : [];
    });
  return existsSync(manifest) ? [...others, listOf(manifest, readManifest(manifest, undefined, ['file']))] : others;
}

function listOf(path: string, rows: ManifestRow[]): FileList {
  return {
    path,
    rows,
    has: (['speaker', 'gender', 'emotion'] as const).filter((name) => rows.some((row) => row[name])),
  };
}

/** None for a CSV that is no list of files. */
function rowsOf(path: string): ManifestRow[] {
  try {
    return readManifest(path, undefined, ['file']);
  } catch (error) {
    if (error instanceof SerError) return [];
    throw error;
  }
}

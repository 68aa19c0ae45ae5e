import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SerError } from '../../../error.ts';
import type { Archive, Corpus, CorpusScan } from '../corpus.ts';
import { checksumOf, type DownloadOptions, downloadFile } from '../../../files/download.ts';
import { type UnpackOptions, unpackZip } from './unpack.ts';

export interface DownloadCorpusOptions extends Pick<DownloadOptions, 'attempts' | 'backoff' | 'signal' | 'onRetry'> {
  /** Address of the archives, if not the corpus's own. */
  baseUrl?: string;
  /** Whether to keep the archives beside the unpacked clips. Default: false. */
  keepArchives?: boolean;
  /** Called with the number of bytes of an archive received. */
  onProgress?: (archive: Archive, received: number) => void;
  onFile?: (archive: Archive, ...file: Parameters<NonNullable<UnpackOptions['onFile']>>) => void;
  /** Called for an archive that is not fetched because all its clips exist. */
  onSkip?: (archive: Archive) => void;
}

/**
 * Fetches and unpacks the archives of a corpus whose clips are not in the folder yet, and then scans the folder.
 * An archive that a user has put into the folder is used if its checksum is right.
 * @throws {SerError} `download`, or `corpus` if the archives contain no clip of it
 */
export async function downloadCorpus(
  corpus: Corpus,
  folder: string,
  options: DownloadCorpusOptions = {},
): Promise<CorpusScan> {
  const source = corpus.download;
  if (!source) throw new SerError('download', `the corpus ${corpus.name} has no public archive to download`);
  await mkdir(folder, { recursive: true });
  const base = options.baseUrl ?? source.baseUrl;

  for (const archive of source.archives) {
    if (await isUnpacked(corpus, archive, folder)) {
      options.onSkip?.(archive);
      continue;
    }
    const path = join(folder, archive.file);
    if (!(await isArchive(path, archive))) {
      const url = `${base.endsWith('/') ? base : `${base}/`}${archive.file}?download=1`;
      await downloadFile(url, path, archive, {
        ...options,
        onProgress: (received) => options.onProgress?.(archive, received),
      });
    }
    await unpackZip(path, folder, {
      signal: options.signal,
      onFile: (...file) => options.onFile?.(archive, ...file),
    });
    if (!options.keepArchives) await rm(path);
  }
  return corpus.clips(folder);
}

async function isUnpacked(corpus: Corpus, archive: Archive, folder: string): Promise<boolean> {
  try {
    const { problems } = await corpus.clips(folder);
    return !problems.some(({ kind, name }) => kind === 'missing' && archive.holds(name));
  } catch (error) {
    if (error instanceof SerError) return false; // nothing there yet
    throw error;
  }
}

async function isArchive(path: string, { bytes, md5 }: Archive): Promise<boolean> {
  const there = await stat(path).catch(() => undefined);
  return there?.size === bytes && (await checksumOf(path, 'md5')) === md5;
}

import { closeSync, type Dirent, lstatSync, openSync, readdirSync, readSync, type Stats, statSync } from 'node:fs';
import { basename, extname, join, relative, sep } from 'node:path';
import { SerError } from '../../error.ts';
import { systemReason } from '../../messages/systemErrors.ts';
import { formatNames, hasAudioExtension, isPointer } from './formats.ts';

/** A file or folder that was found but is not a clip. */
export interface PassedOver {
  path: string;
  /**
   * `kind`: possibly audio, but of a kind that cannot be read; `pointer`: not yet fetched by Git LFS or git-annex; `folder`: a link to a folder;
   * `closed`: a folder that may not be read; `missing`: not there at all, though a list names it; `other`: not audio by its name, such as text and pictures.
   */
  why: 'kind' | 'empty' | 'dangling' | 'pointer' | 'folder' | 'closed' | 'missing' | 'other';
}

export interface FolderFiles {
  /** Sorted by path. */
  clips: string[];
  passedOver: PassedOver[];
}

export interface ClipFilesOptions {
  /** Whether to include folders within folders. Default true. */
  recursive?: boolean;
  /** Whether a folder without audio files is accepted, because some may still arrive. Default false. */
  mayBeEmpty?: boolean;
}

/**
 * The clips at the given paths: a file as it is, whatever its name; a folder's audio files, as `readFolder` finds
 * them. No path is listed twice.
 * @throws {SerError} `usage` for a path that does not exist or cannot be read, or a folder without audio
 */
export function findClips(paths: readonly string[], options: ClipFilesOptions = {}): FolderFiles {
  const found = paths.map((path) => clipsAt(path, options));
  return {
    clips: [...new Set(found.flatMap(({ clips }) => clips))],
    passedOver: found.flatMap(({ passedOver }) => passedOver),
  };
}

/** Whether a path within that folder is one of its clips, judged by names alone. */
export function isClipOf(folder: string, path: string): boolean {
  const names = relative(folder, path).split(sep);
  return hasAudioExtension(path) && !names.some(isHidden);
}

/**
 * The contents of a folder. Hidden files and folders are ignored, and so are links to folders, so that there are no cycles.
 * @throws {SerError} `usage` if the folder itself cannot be read
 */
export function readFolder(folder: string, recursive = true): FolderFiles {
  const found: FolderFiles = { clips: [], passedOver: [] };
  const walk = (path: string, entries: readonly Dirent[]): void => {
    for (const entry of entries) {
      const inside = join(path, entry.name);
      if (isHidden(entry.name)) continue;
      if (!entry.isDirectory()) {
        const why = whyNoClip(inside);
        if (why) found.passedOver.push({ path: inside, why });
        else found.clips.push(inside);
      } else if (recursive) {
        const within = entriesOf(inside);
        if (Array.isArray(within)) walk(inside, within);
        else found.passedOver.push({ path: inside, why: 'closed' });
      }
    }
  };
  const entries = entriesOf(folder);
  if (!Array.isArray(entries)) {
    const isFile = statSync(folder, { throwIfNoEntry: false })?.isFile();
    const reason = isFile ? 'it is a file, not a folder' : systemReason(entries);
    throw new SerError('usage', `${folder} cannot be read: ${reason}.`, { cause: entries });
  }
  walk(folder, entries);
  found.clips.sort();
  return found;
}

/** The skipped files as phrases for people, one per reason. Files that are obviously not audio are not mentioned. */
export function describePassedOver(passedOver: readonly PassedOver[]): string[] {
  return (Object.keys(PHRASES) as (keyof typeof PHRASES)[]).flatMap((why) => {
    const paths = passedOver.filter((one) => one.why === why).map(({ path }) => path);
    if (paths.length === 0) return [];
    const [one, many] = PHRASES[why];
    return [
      `${paths.length === 1 ? `1 ${one}` : `${paths.length} ${many}`}: ${why === 'kind' ? countKinds(paths) : some(paths)}`,
    ];
  });
}

const PHRASES: Record<Exclude<PassedOver['why'], 'other'>, [one: string, many: string]> = {
  kind: ['file of a kind that cannot be read here', 'files of kinds that cannot be read here'],
  empty: ['empty file', 'empty files'],
  dangling: ['link that leads nowhere', 'links that lead nowhere'],
  pointer: ['pointer without its audio (`git lfs pull` or `git annex get` fetches it)', 'pointers without their audio (`git lfs pull` or `git annex get` fetches it)'], // prettier-ignore
  folder: ['link to a folder, which is not followed', 'links to folders, which are not followed'],
  closed: ['folder that cannot be opened', 'folders that cannot be opened'],
  missing: ['file that is not there', 'files that are not there'],
};

/** The reason for a single file: "it is empty". */
export function whyPassedOver({ path, why }: PassedOver): string {
  return {
    kind: `a file ${kindOf(path)}, which cannot be read here`,
    empty: 'it is empty',
    missing: 'there is no such file',
    dangling: 'it is a link that leads nowhere',
    pointer: 'it is a pointer of Git LFS or git-annex, not the audio itself',
    folder: 'it is a link to a folder, which is not followed',
    closed: 'the folder cannot be opened',
    other: 'not an audio file',
  }[why];
}

const isHidden = (name: string): boolean => name.startsWith('.') || name === '__MACOSX';

/** The entries of a folder, or the system's error. */
function entriesOf(folder: string): Dirent[] | Error {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    return error as Error;
  }
}

function clipsAt(path: string, { recursive, mayBeEmpty = false }: ClipFilesOptions): FolderFiles {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new SerError('usage', `${path}: there is no such file or folder.`);
  if (!found.isDirectory()) return { clips: [path], passedOver: [] };
  const files = readFolder(path, recursive);
  if (files.clips.length === 0 && !mayBeEmpty) {
    const others = describePassedOver(files.passedOver).map((phrase) => `; passed over: ${phrase}`);
    throw new SerError('usage', `${path}: there is no audio file in this folder${others.join('')}. ${formatNames()} can be read.`); // prettier-ignore
  }
  return files;
}

/** The reason why a file of a folder is not a clip; undefined if it is one. */
export function whyNoClip(path: string): PassedOver['why'] | undefined {
  const stats = statOf(path);
  if (!stats) return lstatSync(path, { throwIfNoEntry: false }) ? 'dangling' : 'missing';
  if (stats.isDirectory()) return 'folder';
  if (!stats.isFile()) return 'other';
  if (!hasAudioExtension(path)) return isObviouslyNoAudio(path, stats) ? 'other' : 'kind';
  if (stats.size === 0) return 'empty';
  return stats.size < 1024 && isPointer(beginning(path)) ? 'pointer' : undefined;
}

/** Stats of the target of a link; undefined if there is none, or the link is circular. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** The first bytes of a file; none if it may not be read, which is reported when it is decoded. */
function beginning(path: string): Uint8Array {
  const bytes = new Uint8Array(512);
  try {
    const file = openSync(path, 'r');
    try {
      return bytes.subarray(0, readSync(file, bytes));
    } finally {
      closeSync(file);
    }
  } catch {
    return bytes.subarray(0, 0);
  }
}

/** Extensions of text, tables, pictures, archives, labels, models, and files that this toolkit writes. */
const NOT_AUDIO = new Set(
  (
    'txt md rst csv tsv json jsonl ndjson xml yaml yml toml ini cfg conf html htm css js mjs cjs ts py ipynb sh bat r m c h cpp java log ' +
    'pdf doc docx rtf odt xls xlsx ods ppt pptx odp tex bib png jpg jpeg gif svg bmp tif tiff webp heic ico psd zip gz tgz bz2 xz zst 7z ' +
    'rar tar md5 sha1 sha256 sha512 parquet feather npy npz pkl pt pth h5 hdf5 mat arff onnx bin safetensors db sqlite lab phn wrd trn trans ' +
    'textgrid eaf srt vtt lnk url ini tmp bak part crdownload partial journal lock'
  ).split(' '),
);

function isObviouslyNoAudio(path: string, { size }: Stats): boolean {
  const extension = extensionOf(path);
  if (extension !== '') return NOT_AUDIO.has(extension.slice(1));
  // README and LICENSE are text; a recording that has lost its extension is not.
  return size === 0 || !beginning(path).includes(0);
}

/** In lower case; empty if the name has nothing that looks like an extension. */
function extensionOf(path: string): string {
  return /^\.[a-z0-9_]{1,10}$/.exec(extname(basename(path)).toLowerCase())?.[0] ?? '';
}

function kindOf(path: string): string {
  const extension = extensionOf(path);
  return extension === '' ? 'without an extension' : `of the kind ${extension}`;
}

/** "2 .m4a, 3 .xyz". */
function countKinds(paths: readonly string[]): string {
  const extensions = paths.map(extensionOf);
  return [...new Set(extensions)]
    .sort()
    .map(
      (extension) => `${extensions.filter((one) => one === extension).length} ${extension || 'without an extension'}`,
    )
    .join(', ');
}

const SHOWN = 3;

function some(paths: readonly string[]): string {
  const rest = paths.length - SHOWN;
  return paths.slice(0, SHOWN).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

import type { Clip } from '../clip.ts';
import type { Protocol } from '../protocols/protocol.ts';

/** A clip and its file. */
export interface CorpusClip extends Clip {
  path: string;
}

/** A problem of a corpus folder, for people; never a reason to stop. */
export interface CorpusProblem {
  /**
   * `missing`: expected but absent; `duplicate`: a second file of the same clip, or the same bytes under another name; `empty`: a file of which the sound
   * is not there; `foreign`: not of this corpus.
   */
  kind: 'missing' | 'duplicate' | 'empty' | 'foreign';
  /** The file, or for `missing` the clip id. */
  name: string;
  reason: string;
}

export interface CorpusScan {
  /** Sorted by id, without duplicates. */
  clips: CorpusClip[];
  problems: CorpusProblem[];
  /** Number of clips with unknown gender that a model has filled in; absent or 0 if that was not requested. */
  gendersFilledIn?: number;
  /** Other contents of the folder, worded by `describePassedOver`; all of them are among the problems too. */
  passedOver: string[];
}

export interface Archive {
  file: string;
  bytes: number;
  md5: string;
  /** Whether a clip belongs to this archive. */
  holds(id: string): boolean;
}

/** Location of a corpus's archives. */
export interface DownloadSource {
  /** Ends with a slash; an archive's name is appended. */
  baseUrl: string;
  archives: readonly Archive[];
}

/** A collection of labelled recordings. To add one, write a file that exports one of these, and a line in `corpora.ts`. */
export interface Corpus {
  /** Used in tables, options and file names. */
  name: string;
  /** Its authors' name for it, for display. */
  title: string;
  /** That is spoken, in English words. */
  language?: string;
  /** In the order of probability vectors. */
  labels: readonly string[];
  /**
   * Finds the clips in a folder.
   * @throws {SerError} `corpus` if the folder cannot be read or contains no clip of this corpus
   */
  clips(root: string): Promise<CorpusScan>;
  /** A key that is equal for clips that are one recording under two names. */
  recordingOf(clip: Pick<Clip, 'id'>): string;
  /** The clip of a file name, if names contain all labels. @throws {SerError} `corpus`, naming the invalid part and the reason */
  parseName?(name: string): Clip;
  /** The same of a file's path, of which names of folders may be a part. */
  parsePath?(path: string): Clip;
  /** Number of clips of the whole corpus, if it is known. */
  size?: number;
  /** Further groupings of clips, by id: reports contain figures for each group. */
  groupings?: Readonly<Record<string, (id: string) => string>>;
  /** Protocols that split its clips and no others. */
  protocols?: readonly Protocol[];
  /** Another name that the folder of its audio may have, where a part of the corpus has a name of its own. */
  folder?: string;
  /** Committed tables of its clips, and of their augmented copies. */
  table?: { original: string; augmented?: string };
  download?: DownloadSource;
  /** Description for the cards of models trained on it: Markdown. */
  about?: string;
  /** Limits of such models: Markdown, items of a list. */
  limits?: string;
  /** Licence and authors, in one line. */
  licence: string;
}

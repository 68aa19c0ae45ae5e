import type { Clip } from '../clip.ts';
import type { Protocol } from '../protocols/protocol.ts';

/** A clip and the file that holds it. */
export interface CorpusClip extends Clip {
  path: string;
}

/** Something about a corpus folder that a person should know; never a reason to stop. */
export interface CorpusProblem {
  /** `missing`: expected and not there; `duplicate`: a second file of the same clip; `foreign`: not of this corpus. */
  kind: 'missing' | 'duplicate' | 'foreign';
  /** The file, or for `missing` the clip id. */
  name: string;
  reason: string;
}

export interface CorpusScan {
  /** Sorted by id, each id once. */
  clips: CorpusClip[];
  problems: CorpusProblem[];
  /** Clips whose gender nobody had given and a model has filled in; 0 or none where that was not asked for. */
  gendersFilledIn?: number;
  /** What else is in the folder, as `describePassedOver` says it: all of it is among the problems. */
  passedOver: string[];
}

export interface Archive {
  file: string;
  bytes: number;
  md5: string;
  /** Whether a clip comes in this archive. */
  holds(id: string): boolean;
}

/** Where a corpus can be had. */
export interface DownloadSource {
  /** Ends with a slash; an archive's name is appended to it. */
  baseUrl: string;
  archives: readonly Archive[];
}

/** A collection of labelled recordings. Adding one is adding a file that exports one of these, and a line in `corpora.ts`. */
export interface Corpus {
  /** As in tables, options and names of files. */
  name: string;
  /** As its authors call it, for people. */
  title: string;
  /** That is spoken, in English words. */
  language?: string;
  /** In the order of probability vectors. */
  labels: readonly string[];
  /**
   * Finds the clips below a folder.
   * @throws {SerError} `corpus` if the folder cannot be read or holds no clip of this corpus
   */
  clips(root: string): Promise<CorpusScan>;
  /** A key that is the same for clips that are the same recording under two names. */
  recordingOf(clip: Pick<Clip, 'id'>): string;
  /** The clip of a file name, where names say it all. @throws {SerError} `corpus`, saying which part cannot be and why */
  parseName?(name: string): Clip;
  /** Further ways to group clips, by their ids: figures are given for each group. */
  groupings?: Readonly<Record<string, (id: string) => string>>;
  /** Protocols that split its clips and no others. */
  protocols?: readonly Protocol[];
  /** Committed tables of its clips, and of their augmented copies. */
  table?: { original: string; augmented?: string };
  download?: DownloadSource;
  /** What it is, for the cards of models that learnt from it: Markdown. */
  about?: string;
  /** What such models do worse at: Markdown, items of a list. */
  limits?: string;
  /** One line: the licence, and whose work it is. */
  licence: string;
}

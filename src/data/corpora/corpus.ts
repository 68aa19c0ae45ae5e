import type { Clip } from '../clip.ts';

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
  licence: string;
}

/** A collection of labelled recordings. Adding one is adding a file that exports one of these. */
export interface Corpus {
  name: string;
  labels: readonly string[];
  /**
   * Finds the clips below a folder.
   * @throws {SerError} `corpus` if the folder cannot be read or holds no clip of this corpus
   */
  clips(root: string): Promise<CorpusScan>;
  /** A key that is the same for clips that are the same recording under two names. */
  recordingOf(clip: Pick<Clip, 'id'>): string;
  download?: DownloadSource;
  /** Where it cannot be downloaded. */
  licence?: string;
}

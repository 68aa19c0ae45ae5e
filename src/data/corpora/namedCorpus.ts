import { basename, dirname } from 'node:path';
import { SerError } from '../../error.ts';
import { withoutAudioExtension } from '../audio/formats.ts';
import type { Clip } from '../clip.ts';
import type { Corpus } from './corpus.ts';
import { scanFolder } from './scan.ts';

/** The labels in a file name. */
export type NamedClip = Pick<Clip, 'emotion' | 'speaker' | 'gender'> & Partial<Pick<Clip, 'sentence' | 'channel'>>;

/** A corpus whose file names contain all labels of a clip. */
export interface NamedCorpus extends Omit<Corpus, 'clips' | 'recordingOf' | 'parseName' | 'parsePath'> {
  /** All ids of the corpus, if known: missing ones are reported. */
  ids?: readonly string[];
  /** The id of a file, for names that are whole only with that of the folder around. Default: the file's own name. */
  withFolder?: (name: string, folder: string) => string;
  /** Recordings published under two names: the second name and the first. */
  twins?: ReadonlyMap<string, string>;
  /**
   * Reads an id: a file name without folder and extension.
   * @param refuse  throws with a reason why the name is not one of the corpus
   */
  parse(id: string, refuse: (reason: string) => never): NamedClip;
}

/** Creates a corpus from a parser of its file names. */
export function namedCorpus({
  ids = [],
  twins,
  withFolder,
  parse,
  ...about
}: NamedCorpus): Required<Pick<Corpus, 'parseName' | 'parsePath'>> & Corpus {
  const recordingOf = ({ id }: Pick<Clip, 'id'>): string => `${about.name}/${twins?.get(id) ?? id}`;
  const parseName = (name: string): Clip => {
    const id = withoutAudioExtension(name);
    const refuse = (reason: string): never => {
      throw new SerError(
        'corpus',
        `"${name}" is not ${/^[AEIOU]/.test(about.title) ? 'an' : 'a'} ${about.title} file name: ${reason}`,
      );
    };
    const told = { sentence: null, channel: 'speech' as const, ...parse(id, refuse) };
    return { id, corpus: about.name, ...told, recording: recordingOf({ id }) };
  };
  const parsePath = (path: string): Clip => {
    const name = basename(path);
    return parseName(withFolder?.(withoutAudioExtension(name), basename(dirname(path))) ?? name);
  };
  const size = ids.length || about.size;
  return { ...about, ...(size && { size }), recordingOf, parseName, parsePath, clips: (root) => scanFolder(root, parsePath, ids) }; // prettier-ignore
}

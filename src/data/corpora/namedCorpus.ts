import { SerError } from '../../error.ts';
import { withoutAudioExtension } from '../audio/formats.ts';
import type { Clip } from '../clip.ts';
import type { Corpus } from './corpus.ts';
import { scanFolder } from './scan.ts';

/** What a file name says of its clip. */
export type NamedClip = Pick<Clip, 'emotion' | 'speaker' | 'gender'> & Partial<Pick<Clip, 'sentence' | 'channel'>>;

/** A corpus whose file names say all that is known of a clip. */
export interface NamedCorpus extends Omit<Corpus, 'clips' | 'recordingOf' | 'parseName'> {
  /** The ids of the whole corpus, where they are known: what is not there is reported. */
  ids?: readonly string[];
  /** Recordings that were published under two names: the second name and the first. */
  twins?: ReadonlyMap<string, string>;
  /**
   * Reads an id: a file name without folder and extension.
   * @param refuse  to be called with the reason, if no clip of the corpus can have this name
   */
  parse(id: string, refuse: (reason: string) => never): NamedClip;
}

/** Makes a corpus out of a parser of its file names. */
export function namedCorpus({
  ids = [],
  twins,
  parse,
  ...about
}: NamedCorpus): Required<Pick<Corpus, 'parseName'>> & Corpus {
  const recordingOf = ({ id }: Pick<Clip, 'id'>): string => `${about.name}/${twins?.get(id) ?? id}`;
  const parseName = (name: string): Clip => {
    const id = withoutAudioExtension(name);
    const refuse = (reason: string): never => {
      throw new SerError('corpus', `"${name}" is not a ${about.title} file name: ${reason}`);
    };
    const told = { sentence: null, channel: 'speech' as const, ...parse(id, refuse) };
    return { id, corpus: about.name, ...told, recording: recordingOf({ id }) };
  };
  return { ...about, recordingOf, parseName, clips: (root) => scanFolder(root, parseName, ids) };
}

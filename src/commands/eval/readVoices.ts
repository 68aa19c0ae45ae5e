import type { Clip } from '../../data/clip.ts';
import { posteriorsOf } from '../../train/gender/voices/genderPosteriors.ts';
import { type Protocol, testedCorpus } from '../../data/protocols/protocol.ts';
import type { FeatureTable } from '../../data/tables/table.ts';

/** What gender models that never heard the speakers say of clips. */
export interface Voices {
  /** Of each clip, by its id: the probability that its voice is male. */
  maleProbability: Record<string, number>;
  /** Trainings of the gender model that the answers come from. */
  folds: number;
}

/** Undefined, with a notice, where nobody has heard these clips. */
export function readVoices(
  clips: readonly Pick<Clip, 'id' | 'speaker' | 'gender'>[],
  path: string,
  protocol: Protocol,
  table: FeatureTable,
): Voices | undefined {
  const corpus = testedCorpus(protocol, table);
  // In a table of several corpora a speaker is called by that of the corpus too.
  const named = clips.map((clip) => ({ ...clip, speaker: clip.speaker.replace(`${corpus}-`, '') }));
  const voices = posteriorsOf(named, path, corpus);
  if (!(voices instanceof Map)) {
    console.error(`The clips are not routed by predicted gender: ${voices.missing}.`);
    return undefined;
  }
  const heard = clips.map(({ id }) => [id, voices.get(id)!] as const);
  return {
    maleProbability: Object.fromEntries(heard.map(([id, { maleProbability }]) => [id, maleProbability])),
    folds: new Set(heard.map(([, { fold }]) => fold)).size,
  };
}

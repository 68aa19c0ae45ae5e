import type { Clip } from '../data/clip.ts';
import { posteriorsOf } from '../data/genderPosteriors.ts';
import { ravdess } from '../data/ravdess.ts';
import type { Protocol } from '../data/protocols.ts';
import type { FeatureTable } from '../data/table.ts';

/** Of each clip, by its id, the probability that its voice is male; undefined, with a notice, where nobody has heard these clips. */
export function readVoices(
  clips: readonly Pick<Clip, 'id' | 'speaker' | 'gender'>[],
  path: string,
  { testCorpus }: Protocol,
  { provenance }: FeatureTable,
): Record<string, number> | undefined {
  const corpus = testCorpus?.name ?? provenance?.corpus ?? ravdess.name;
  // In a table of several corpora a speaker is called by that of the corpus too.
  const named = clips.map((clip) => ({ ...clip, speaker: clip.speaker.replace(`${corpus}-`, '') }));
  const voices = posteriorsOf(named, path, corpus);
  if (voices instanceof Map) return Object.fromEntries(clips.map(({ id }) => [id, voices.get(id)!.maleProbability]));
  console.error(`The clips are not routed by predicted gender: ${voices.missing}.`);
  return undefined;
}

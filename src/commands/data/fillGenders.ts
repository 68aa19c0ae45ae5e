import type { Gender } from '../../data/clip.ts';
import { showProgress } from '../../progress.ts';
import { findGenderModel } from '../../serve/predict/modelFiles.ts';
import { classifyVoices } from '../../serve/voices/classifyVoices.ts';

/** What the gender model says of voices. */
export interface PredictedGender {
  gender: Gender;
  probability: number;
}

/** The gender model's answers for files, by file; those that cannot be read have none. */
export async function predictGenders(files: readonly string[]): Promise<Map<string, PredictedGender>> {
  const bar = showProgress('gender', files.length);
  const voices = await classifyVoices(files, findGenderModel(), { onVoice: () => bar.tick() }).finally(() =>
    bar.stop(),
  );
  return new Map(
    voices.flatMap((voice) =>
      'error' in voice ? [] : [[voice.file, { gender: voice.label, probability: voice.probability }] as const],
    ),
  );
}

/** The genders alone; see `manifestCorpus`. */
export async function fillGenders(files: readonly string[]): Promise<Map<string, Gender>> {
  return new Map(Array.from(await predictGenders(files), ([file, { gender }]) => [file, gender]));
}

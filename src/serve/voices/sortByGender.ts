import { dirname, relative } from 'node:path';
import type { Gender } from '../../data/clip.ts';
import { emotionInName } from '../../data/labels/emotionWords.ts';
import type { ManifestRow } from '../../data/sources/manifest.ts';
import { classifyVoices, type ClassifyVoicesOptions, type VoiceOutcome } from './classifyVoices.ts';

export interface SortOptions extends ClassifyVoicesOptions {
  /** Probability of the gender below which a clip is listed for review. Default .9. */
  review?: number;
  /**
   * Whether each folder with clips belongs to one speaker: all of its clips get one gender, by the mean of their log odds, and those
   * classified otherwise are listed for review. Default false.
   */
  speakerFolders?: boolean;
}

export const SORT_DEFAULTS = { review: 0.9, speakerFolders: false } as const;

/**
 * Sorts the clips of a corpus by the predicted gender of their voices, as rows of a manifest. No file is modified.
 * @param folder  the common parent; a speaker is named by the path of the clip's folder within it, without folders named after emotions
 * @param model  path of a gender model in ONNX
 * @returns rows in the order of `files`
 * @throws {SerError} `model` if the model cannot be used
 * @example
 * const rows = await sortByGender(['data/demo/male.wav', 'data/demo/female.wav'], 'data/demo', 'models/gender/gender.onnx', { workers: 1 });
 * rows.map(({ gender }) => gender) // → ['male', 'female']
 */
export async function sortByGender(
  files: readonly string[],
  folder: string,
  model: string,
  options: SortOptions = {},
): Promise<ManifestRow[]> {
  return sortVoices(await classifyVoices(files, model, options), folder, options);
}

/** Like `sortByGender`, for classified voices. */
export function sortVoices(
  voices: readonly VoiceOutcome[],
  folder: string,
  { review, speakerFolders }: Pick<SortOptions, 'review' | 'speakerFolders'> = {},
): ManifestRow[] {
  const threshold = review ?? SORT_DEFAULTS.review;
  const speakerOf = (file: string): string => speakerInPath(relative(folder, dirname(file)));
  const logOdds = new Map<string, number[]>();
  for (const voice of voices) {
    if ('error' in voice) continue;
    const speaker = speakerOf(voice.file);
    logOdds.set(speaker, [...(logOdds.get(speaker) ?? []), maleLogOdds(voice)]);
  }
  return voices.map((voice): ManifestRow => {
    const speaker = speakerOf(voice.file);
    const about = { file: voice.file, speaker, emotion: emotionInName(relative(folder, voice.file)) };
    if ('error' in voice) return { ...about, gender: '', probability: null, review: `unreadable: ${voice.error}` };
    const own = logOdds.get(speaker)!;
    const odds = speakerFolders && speaker ? own.reduce((sum, one) => sum + one, 0) / own.length : maleLogOdds(voice);
    const gender: Gender = odds >= 0 ? 'male' : 'female';
    const probability = 1 / (1 + Math.exp(-Math.abs(odds)));
    const doubts = [
      ...(probability < threshold ? ['unsure'] : []),
      ...(gender !== voice.label ? [`sounds ${voice.label}, unlike the others of its folder`] : []),
    ];
    return { ...about, gender, probability, review: doubts.join('; ') };
  });
}

/** Folders named after an emotion sort a speaker's clips; they are not speakers. */
function speakerInPath(folders: string): string {
  return folders
    .split(/[\\/]/)
    .filter((name) => emotionInName(name) === '')
    .join('/');
}

function maleLogOdds({ label, probability }: Exclude<VoiceOutcome, { error: string }>): number {
  const odds = Math.log(Math.max(probability, 1e-12) / Math.max(1 - probability, 1e-12));
  return label === 'male' ? odds : -odds;
}

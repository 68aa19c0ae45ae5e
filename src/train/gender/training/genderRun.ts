import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findVoices } from '../voices/voices.ts';
import { prepareVoices, type PrepareVoicesOptions, readVoices, type VoiceData } from '../voices/voiceTables.ts';
import { SerError } from '../../../error.ts';
import { ECAPA_DEFAULTS, type EcapaContext } from '../ecapa/fitEcapa.ts';
import { crossCorpusJobs, finalJob, foldJobs, type GenderJob } from './genderJobs.ts';
import { withLock } from '../../lock.ts';
import { findResult, type GenderResult, type GenderTrainOptions, trainGender } from './trainGender.ts';

/** A whole run: what is learnt from, and how often. */
export interface GenderRunOptions {
  /** Holds the folders `ravdess`, `librispeech-mini` and `emodb`. */
  corpora: string;
  /** Of the cross-validation over all speakers. Default 5: EmoDB's five men and five women are dealt evenly. */
  folds: number;
  /** Also learn from two corpora and be tried on the third. */
  crossCorpus: boolean;
  /** Folder for tables and results, some 1.4 GB. */
  cache: string;
  /** Altered copies of each clip to learn from. */
  copies: number;
  seed: number;
  steps: number;
  /** Keep the results that an interrupted run with the same data and options has left. */
  resume: boolean;
  /** Trainings side by side, each in a process of its own. */
  processes: number;
}

export const GENDER_RUN_DEFAULTS = {
  folds: 5,
  crossCorpus: true,
  cache: 'data/raw/gender',
  copies: 3,
  seed: 1,
  steps: ECAPA_DEFAULTS.steps,
  resume: true,
  processes: 2,
} as const;

/** A training table that is small enough to come with the toolkit. */
export const SHORT_TABLE = fileURLToPath(new URL('../../../../data/features/gender-log-mel.parquet', import.meta.url));

export function trainOptions(
  { seed, steps }: Pick<GenderRunOptions, 'seed' | 'steps'>,
  { effort }: Pick<GenderJob, 'effort'>,
): GenderTrainOptions {
  return { ...ECAPA_DEFAULTS, seed, steps: Math.ceil(steps * effort), batches: {} };
}

export function runJobs(
  { rows }: VoiceData,
  { folds, crossCorpus, seed }: Pick<GenderRunOptions, 'folds' | 'crossCorpus' | 'seed'>,
): GenderJob[] {
  // prettier-ignore
  if (!(Number.isInteger(folds) && folds > 1)) throw new SerError('usage', `${folds} folds were asked for: give 2 or more.`);
  return [...foldJobs(rows, folds, seed), ...(crossCorpus ? crossCorpusJobs() : []), finalJob()];
}

/** Finds the audio and makes tables of it, or takes those that were made before. */
export async function prepareGender(
  options: GenderRunOptions,
  run: Pick<PrepareVoicesOptions, 'signal' | 'onStart' | 'onClip'>,
): Promise<VoiceData> {
  const { corpora, cache, copies, seed } = options;
  if (!existsSync(corpora)) {
    throw new SerError('corpus', `There is no folder ${corpora}: give the one that holds ravdess/, librispeech-mini/ and emodb/ with --corpora, or train a small model without audio with --short.`); // prettier-ignore
  }
  return prepareVoices(cache, await findVoices(corpora), { copies, seed, ...run });
}

/**
 * Does all jobs of a run that have no result yet.
 * @param runNamed  does those of these names, in processes of their own
 * @returns results in the order of `runJobs`
 */
export async function runGender(
  data: VoiceData,
  options: GenderRunOptions,
  runNamed: (names: string[]) => Promise<void>,
): Promise<GenderResult[]> {
  const jobs = runJobs(data, options);
  const find = (job: GenderJob) => findResult(options.cache, job, data, trainOptions(options, job));
  const left = jobs.flatMap(({ name }) => [`${name}.result`, `${name}.checkpoint`]);
  if (!options.resume) for (const file of left) rmSync(join(options.cache, file), { force: true });
  await runNamed(jobs.filter((job) => !find(job)).map(({ name }) => name));
  return jobs.map((job) => {
    const result = find(job);
    if (!result) throw new SerError('model', `The training ${job.name} left no result in ${options.cache}.`);
    return result;
  });
}

/** In a process of its own: does one job on the tables that `prepareGender` has left, unless another process has just done so. */
export async function runGenderJob(name: string, options: GenderRunOptions, context: EcapaContext): Promise<void> {
  const data = await readVoices(options.cache);
  const job = runJobs(data, options).find((one) => one.name === name);
  if (!job) throw new SerError('usage', `There is no training ${name} to do in ${options.cache}.`);
  await withLock(join(options.cache, name), async () => {
    const train = trainOptions(options, job);
    if (!findResult(options.cache, job, data, train))
      await trainGender(job, data, train, { ...context, folder: options.cache });
  });
}

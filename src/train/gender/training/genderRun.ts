import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findVoices, VOICE_FOLDERS, type VoiceCorpus } from '../voices/voices.ts';
import { prepareVectors, prepareVoices, type PrepareVoicesOptions, readVoices, type VoiceData, type VoiceVectors } from '../voices/voiceTables.ts'; // prettier-ignore
import { SerError } from '../../../error.ts';
import { ECAPA_DEFAULTS, type EcapaContext } from '../ecapa/fitEcapa.ts';
import { type GenderJob, runJobs } from './genderJobs.ts';
import { withLock } from '../../../files/lock.ts';
import { findResult, type GenderResult, type GenderTrainOptions, trainGender } from './trainGender.ts';

/** Options of a whole run. */
export interface GenderRunOptions {
  /** Contains `VOICE_FOLDERS`. */
  corpora: string;
  /** Corpora that nothing of the run learns from; the model is tested on them. Default: none. */
  without?: readonly VoiceCorpus[];
  /** Folder for tables and results, some 1.4 GB. */
  cache: string;
  /** Altered copies of each training clip. */
  copies: number;
  seed: number;
  steps: number;
  /** Whether to keep the results of an interrupted run with the same data and options. */
  resume: boolean;
  /** Trainings at the same time, each in its own process. */
  processes: number;
}

export const GENDER_RUN_DEFAULTS = {
  cache: 'data/raw/gender',
  copies: 2,
  seed: 1,
  steps: ECAPA_DEFAULTS.steps,
  resume: true,
  processes: 2,
} as const;

/** A training table small enough to be part of the toolkit. */
export const SHORT_TABLE = fileURLToPath(new URL('../../../../data/features/gender-log-mel.parquet', import.meta.url));

export function trainOptions(
  { seed, steps }: Pick<GenderRunOptions, 'seed' | 'steps'>,
  { effort }: Pick<GenderJob, 'effort'>,
): GenderTrainOptions {
  return { ...ECAPA_DEFAULTS, seed, steps: Math.ceil(steps * effort), batches: {} };
}

/** All trainings of a run: those of strangers, and the one whose model is written. */
const jobsOf = ({ without }: Pick<GenderRunOptions, 'without'>): GenderJob[] => {
  const { final, siblings } = runJobs(without);
  return [...siblings.values(), final];
};

type PrepareRun = Pick<PrepareVoicesOptions, 'signal' | 'onStart' | 'onClip'>;

/** Finds the audio and makes the tables for the network, or uses existing ones. */
export async function prepareGender(options: GenderRunOptions, run: PrepareRun): Promise<VoiceData> {
  const { corpora, cache, copies, seed } = options;
  if (!existsSync(corpora)) {
    throw new SerError('corpus', `There is no folder ${corpora}: give the one that holds ${VOICE_FOLDERS.join(', ')} with --corpora, or train a small model without audio with --short.`); // prettier-ignore
  }
  return prepareVoices(cache, await findVoices(corpora), { copies, seed, ...run });
}

/** The same for the head. */
export async function prepareHead({ corpora, cache }: GenderRunOptions, run: PrepareRun): Promise<VoiceVectors> {
  return prepareVectors(cache, await findVoices(corpora), run);
}

/**
 * Does all jobs of a run that have no result yet.
 * @param runNamed  does the jobs of these names, each in its own process
 * @returns the result of each job, by its name
 */
export async function runGender(
  data: VoiceData,
  options: GenderRunOptions,
  runNamed: (names: string[]) => Promise<void>,
): Promise<Map<string, GenderResult>> {
  const jobs = jobsOf(options);
  const find = (job: GenderJob) => findResult(options.cache, job, data, trainOptions(options, job));
  const left = jobs.flatMap(({ name }) => [`${name}.result`, `${name}.checkpoint`]);
  if (!options.resume) for (const file of left) rmSync(join(options.cache, file), { force: true });
  await runNamed(jobs.filter((job) => !find(job)).map(({ name }) => name));
  return new Map(
    jobs.map((job) => {
      const result = find(job);
      if (!result) throw new SerError('model', `The training ${job.name} left no result in ${options.cache}.`);
      return [job.name, result];
    }),
  );
}

/** In its own process: does one job with the tables of `prepareGender`, unless another process has just done so. */
export async function runGenderJob(name: string, options: GenderRunOptions, context: EcapaContext): Promise<void> {
  const data = await readVoices(options.cache);
  const job = jobsOf(options).find((one) => one.name === name);
  if (!job) throw new SerError('usage', `There is no training ${name} to do in ${options.cache}.`);
  await withLock(join(options.cache, name), async () => {
    const train = trainOptions(options, job);
    if (!findResult(options.cache, job, data, train))
      await trainGender(job, data, train, { ...context, folder: options.cache });
  });
}

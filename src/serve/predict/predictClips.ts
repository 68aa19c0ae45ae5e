import { expectArgument, isObject, isTexts } from '../../messages/arguments.ts';
import { fileStamp, type Journal } from '../../data/workers/journal.ts';
import type { OpenPool } from '../../data/workers/executor.ts';
import { SerError } from '../../error.ts';
import { type Outcome } from '../../data/workers/runOrdered.ts';
import { DEFAULT_WORKERS } from '../../data/workers/workerPool.ts';
import type { ClipAnalysis, ClipJob } from './analyseClip.ts';
import { analyseFiles } from './analyseFiles.ts';
import { type ClipResult, resultOf } from './clipResult.ts';
import type { EmotionModels } from './emotionModels.ts';
import { type AnalysedClip, withSpeakers } from './predictEmotion.ts';
import type { RoutingChoice } from './routingChoice.ts';

/** A clip with its prediction, or the reason why there is none. */
export type ClipOutcome = ClipResult | { file: string; error: string };

export interface PredictClipsOptions extends RoutingChoice {
  /** Threads that decode and analyse. Default: one per core, but no more than clips. */
  workers?: number;
  /** What analyses the clips. Default: threads of this process. */
  open?: OpenPool;
  /** Whether to refuse recordings that are cut short. Default false. */
  strict?: boolean;
  /** Supplies stored results for these files, and stores new ones. */
  journal?: Journal<ClipResult>;
  /**
   * The speaker of each file, for models of speaker-adapted features: the statistics of all files of a speaker, without labels, standardise each.
   * No clip is predicted before all are analysed. Default: each file is of a speaker of its own.
   */
  speakers?: ReadonlyMap<string, string>;
  /** Stops after the current clip. */
  signal?: AbortSignal;
  /** Called once with the number of clips, and of those already in the journal. */
  onStart?: (clips: number, done: number) => void;
  /** Called after each clip is analysed. */
  onAnalysed?: () => void;
  /** Called after each clip. */
  onClip?: (outcome: ClipOutcome) => void;
}

/**
 * Predicts gender and emotion of many audio files. The outcome of a file that fails contains the reason; the others continue.
 * @returns outcomes in the order of `files`
 * @throws the signal's reason when it is aborted
 * @example
 * const models = await loadEmotionModels();
 * const outcomes = await predictClips(['data/demo/male.wav', 'data/demo/female.wav'], models, { workers: 1 });
 * outcomes.map(({ gender }) => gender) // → ['male', 'female']
 */
export async function predictClips(
  files: readonly string[],
  models: EmotionModels,
  { journal, signal, onStart, onAnalysed, onClip, ...options }: PredictClipsOptions = {},
): Promise<ClipOutcome[]> {
  expectArgument(isTexts(files), 'predictClips: files', 'a list of paths', files);
  expectArgument(isObject(models) && typeof models.predict === 'function', 'predictClips: models', 'what loadEmotionModels gives', models); // prettier-ignore
  const stamps = new Map(files.map((file) => [file, fileStamp(file)]));
  const outcomes = new Map<string, ClipOutcome>();
  for (const [file, stamp] of stamps) {
    const known = journal?.find(file, stamp);
    if (known) outcomes.set(file, known);
  }
  onStart?.(files.length, outcomes.size);
  const missing = files.filter((file) => !outcomes.has(file));
  const step = (): void => {
    onAnalysed?.();
    if (options.speakers) signal?.throwIfAborted();
  };
  for await (const outcome of predictEach(missing, models, { ...options, onAnalysed: step })) {
    outcomes.set(outcome.file, outcome);
    if (!('error' in outcome)) journal?.add(outcome.file, stamps.get(outcome.file)!, outcome);
    onClip?.(outcome);
    signal?.throwIfAborted();
  }
  return files.map((file) => outcomes.get(file)!);
}

/** Clips per call of the emotion models: eight rows take hardly longer than one. */
const ROWS = 8;

/**
 * Like `predictClips`, yielding outcomes in order, a few at a time, without keeping them.
 * @example
 * const models = await loadEmotionModels();
 * const genders = [];
 * for await (const { gender } of predictEach(['data/demo/male.wav'], models, { workers: 1 })) genders.push(gender);
 * genders // → ['male']
 */
export async function* predictEach(
  files: Iterable<string>,
  models: EmotionModels,
  { workers = DEFAULT_WORKERS, open, strict, speakers, onAnalysed, ...choice }: PredictEachOptions = {},
): AsyncGenerator<ClipOutcome> {
  if (speakers && !models.speakerAdapted(choice)) {
    throw new SerError('usage', 'The models were trained without speaker adaptation, so that knowing the speakers changes nothing: leave them out, or train models with `ser train --speaker-adapt`.'); // prettier-ignore
  }
  let some: Analysed[] = [];
  for await (const outcome of analyseFiles(files, { ...models.needs(choice), strict }, workers, models.files, open)) {
    some.push(outcome);
    onAnalysed?.();
    if (speakers || some.length < ROWS) continue;
    yield* predictSome(some, models, choice);
    some = [];
  }
  if (speakers) some = knowing(speakers, some, models.featureSet.names.length);
  for (let from = 0; from < some.length; from += ROWS)
    yield* predictSome(some.slice(from, from + ROWS), models, choice);
}

type PredictEachOptions = RoutingChoice &
  Pick<PredictClipsOptions, 'workers' | 'open' | 'strict' | 'speakers' | 'onAnalysed'>;

type Analysed = Outcome<ClipJob, ClipAnalysis & AnalysedClip>;

/** The analyses with the statistics of their speakers. */
function knowing(speakers: ReadonlyMap<string, string>, all: readonly Analysed[], features: number): Analysed[] {
  const done = all.flatMap((one) => ('result' in one ? [one] : []));
  const names = done.map(({ job }) => speakers.get(job.file) ?? job.file);
  const known = withSpeakers(done.map(({ result }) => result), names, features); // prettier-ignore
  return all.map((one) => ('result' in one ? { ...one, result: known.shift()! } : one));
}

function predictSome(some: readonly Analysed[], models: EmotionModels, choice: RoutingChoice): ClipOutcome[] {
  const analyses = some.flatMap((outcome) => ('result' in outcome ? [outcome.result] : []));
  try {
    const predictions = models.predictAll(analyses, choice);
    return some.map(({ job: { file }, ...outcome }) =>
      'error' in outcome
        ? { file, error: outcome.error.message }
        : resultOf(file, outcome.result, predictions.shift()!),
    );
  } catch (error) {
    // One clip must not make others fail: each is predicted on its own.
    if (some.length === 1) return [{ file: some[0].job.file, error: (error as Error).message }];
    return some.flatMap((one) => predictSome([one], models, choice));
  }
}

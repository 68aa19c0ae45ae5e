import { speakerStatistics, type SpeakerStatistics } from '../../data/adapt/speaker.ts';
import { type Gender, GENDERS } from '../../data/clip.ts';
import { SerError } from '../../error.ts';
import { routeProbabilities } from '../../eval/systems/routing.ts';
import { joinSamples } from '../../features/join.ts';
import type { Span } from '../../features/windows.ts';
import type { MixedModel, Selective } from '../../train/bundle/selective.ts';
import type { Predictor } from '../../train/predictTable.ts';
import type { ClipAnalysis } from './analyseClip.ts';
import type { VoiceGender } from '../../train/gender/ecapa/genderModel.ts';
import {
  asksBoth,
  modelsFor,
  type Routing,
  ROUTING_DEFAULT,
  type RoutingChoice,
  withRouting,
} from './routingChoice.ts';
import type { EmotionModelName } from '../../train/families/members.ts';
import { type EmotionVerdict, verdictOf } from './verdict.ts';

/** The prediction for one clip. */
export interface EmotionPrediction extends EmotionVerdict {
  /** As given, else the more probable one; null if the gender model was not asked, as the pooled model of a pair's family needs none. */
  gender: Gender | null;
  /** Probability of that gender by the gender model; null if it was not used. */
  genderProbability: number | null;
  /** `option` if the caller gave the gender, `none` if there is none, else the gender model's file name. */
  genderSource: string;
  /** How the emotion model was chosen: the requested routing, or `given` by the caller's gender. */
  routing: Routing | 'given';
  /** The family of models that the prediction is by (`default`), or the folder's name and a slash (`mine/`). */
  models: string;
  /**
   * By models of speaker-adapted features: the clips whose statistics standardised this one, itself among them; more than one is transductive.
   * The name is null if the caller gave none.
   */
  speaker?: { name: string | null; clips: number };
  /** The windows' predictions, if they were analysed. The gender is that of the whole recording. */
  timeline?: (Span & EmotionVerdict)[];
}

/** Emotion models of one family in memory, and the file name of the gender model that chooses between the pair, or whose answer is shown beside a pooled one's. */
export interface RoutedModels {
  /** `ModelFamily.name` */
  family: string;
  emotions: ReadonlyMap<EmotionModelName, Predictor>;
  gender?: string;
}

/**
 * The analysis of a clip: its features, the gender of its voice if the gender model is to choose, and spans of speech.
 * Without `speech` all of it counts as speech.
 */
export type AnalysedClip = Pick<ClipAnalysis, 'vector' | 'voice' | 'windows' | 'speech'> & { speaker?: KnownSpeaker };

/** A speaker for models of speaker-adapted features; by default a clip's speaker is known from the clip alone. */
export interface KnownSpeaker {
  /** Null if the speaker has none. */
  name: string | null;
  statistics: SpeakerStatistics;
}

/**
 * Clips with the speakers that they are of, whose statistics come from all of these clips, without labels.
 * @param speakers  of each clip
 * @param features  values per vector or frame
 */
export function withSpeakers<Clip extends AnalysedClip>(
  clips: readonly Clip[],
  speakers: readonly (string | null)[],
  features: number,
): (Clip & { speaker: KnownSpeaker })[] {
  const known = new Map<string | null, KnownSpeaker>();
  for (const name of new Set(speakers)) {
    const own = clips.filter((_, i) => speakers[i] === name).map(({ vector }) => vector!);
    known.set(name, { name, statistics: speakerStatistics(own, features) });
  }
  return clips.map((clip, i) => ({ ...clip, speaker: known.get(speakers[i])! }));
}

/**
 * The emotions of clips, and of their windows, by the models that the choice requires; each model is called once for all clips.
 * Runs in Node, Deno and the browser.
 * @returns in the order of the clips
 * @throws {SerError} `usage` if the choice requires a model that is not loaded, or an analysis that was not made
 */
export function predictEmotions(
  models: RoutedModels,
  clips: readonly AnalysedClip[],
  choice: RoutingChoice = {},
): EmotionPrediction[] {
  const { routing = ROUTING_DEFAULT, gender } = withRouting(choice, [...models.emotions.keys()]);
  const names = modelsFor({ routing, gender });
  const byVoice = names.length > 1;
  const taken = clips.map(({ voice }): readonly EmotionModelName[] => {
    if (!byVoice) return names;
    if (!voice) throw new SerError('usage', 'The clip was analysed without the gender of its voice.');
    return asksBoth(routing, voice) ? GENDERS : [voice.label];
  });
  const answers = new Map(
    names.map((name) => {
      const asked = clips.filter((_, i) => taken[i].includes(name));
      return [name, asked.length > 0 ? answersOf(models, name, asked) : undefined];
    }),
  );
  return clips.map((clip, i) => {
    const { voice, windows, speech } = clip;
    const given = taken[i].map((name) => answers.get(name)!.get(clip)!);
    const male = voice && maleProbability(voice);
    const weights = given.length > 1 ? [male!, 1 - male!] : [1];
    const { labels, speakerPrior } = models.emotions.get(taken[i][0])!;
    const { name = null, statistics } = clip.speaker ?? {};
    const verdict = (row: number, speaks: boolean): EmotionVerdict => {
      const [first, second] = given.map((rows) => rows[row].probabilities);
      const values = second ? routeProbabilities('soft', { male: first, female: second }, male!) : first;
      const mixed = given.map((rows, of) => ({ weight: weights[of], ...rows[row] }));
      return verdictOf(labels, values, speaks, mixed.every(canTell) ? mixed : []);
    };
    const whole = verdict(0, !speech || speech.length > 0);
    const parts = windows?.map((window, part) => verdict(part + 1, !speech || speaksIn(window, speech)));
    return {
      gender: gender ?? voice?.label ?? null,
      genderProbability: gender ? null : (voice?.probability ?? null),
      genderSource: gender ? 'option' : voice ? models.gender! : 'none',
      routing: !byVoice && gender ? 'given' : routing,
      models: models.family,
      ...whole,
      ...(speakerPrior && { speaker: { name, clips: statistics?.clips ?? 1 } }),
      ...(windows && { timeline: windows.map(({ start, end }, part) => ({ start, end, ...parts![part] })) }),
    };
  });
}

/** One model's answer for a row of features, and what it takes to tell how sure it is, if the model can. */
interface Answer {
  probabilities: Float32Array;
  selective?: Selective;
  distance?: number;
}

const canTell = (answer: { weight: number } & Answer): answer is typeof answer & MixedModel =>
  answer.selective !== undefined;

/** One model's answers for clips: for each clip that for the whole, then those for its windows. */
function answersOf(
  { emotions }: RoutedModels,
  name: EmotionModelName,
  clips: readonly AnalysedClip[],
): Map<AnalysedClip, Answer[]> {
  const model = emotions.get(name);
  if (!model) {
    throw new SerError('usage', `The ${name} model is not loaded; these are: ${[...emotions.keys()].join(', ')}.`);
  }
  const vectors = clips.map(({ vector, windows = [] }) => {
    if (!vector) throw new SerError('usage', 'The clip was analysed without its features.');
    return [vector, ...windows.map((window) => window.vector)];
  });
  const { speakerPrior } = model;
  const speakers = clips.flatMap(({ speaker }, i) => {
    const statistics = speaker?.statistics ?? (speakerPrior && speakerStatistics(vectors[i].slice(0, 1), speakerPrior.mean.length)); // prettier-ignore
    return vectors[i].map(() => statistics!);
  });
  const rows = predictRows(model, vectors.flat(), speakerPrior && speakers);
  let from = 0;
  return new Map(clips.map((clip, i) => [clip, rows.slice(from, (from += vectors[i].length))]));
}

const maleProbability = ({ label, probability }: VoiceGender): number =>
  label === 'male' ? probability : 1 - probability;

/** One call for all rows: a row in a batch takes a fraction of the time of a single one. */
function predictRows(
  model: Predictor,
  rows: readonly ArrayLike<number>[],
  speakers?: readonly SpeakerStatistics[],
): Answer[] {
  const { frameSize, selective } = model;
  const frames = frameSize && Uint32Array.from(rows, (row) => row.length / frameSize);
  const values = joinSamples(rows.map((row) => Float32Array.from(row)));
  const answers = model.predictProba(values, frames || undefined, speakers);
  const distances = model.distances?.(values, frames || undefined, speakers);
  const classes = answers.length / rows.length;
  return rows.map((_, i) => ({
    probabilities: answers.subarray(i * classes, (i + 1) * classes),
    selective,
    distance: distances?.[i],
  }));
}

/** Seconds of speech that a window needs for an emotion to be named. */
const LEAST_SPEECH = 0.25;

function speaksIn({ start, end }: Span, speech: readonly Span[]): boolean {
  const spoken = speech.reduce((sum, one) => sum + Math.max(0, Math.min(end, one.end) - Math.max(start, one.start)), 0);
  return spoken >= LEAST_SPEECH;
}

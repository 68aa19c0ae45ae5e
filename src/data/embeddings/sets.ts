import { expectText } from '../../messages/arguments.ts';
import { SerError } from '../../error.ts';
import { FEATURE_SETS } from '../../features/index.ts';
import { inputOf, packInputs } from '../../features/inputs.ts';
import { SAMPLE_RATE, type FeatureSet, type FeatureValues } from '../../features/types.ts';
import type { SpeechEncoder } from './encoder.ts';
import { ENCODER_SHA256, GIVEN_STAGES, MEL_FRAMES, type StageName } from './layers.ts';
import type { FindVoice } from './findVoice.ts';
import { functionalNames, joinVectors, meanAndDeviation } from './functionals.ts';
import { MOONSHINE_SHA256 } from './moonshine/layers.ts';
import type { Moonshine } from './moonshine/network.ts';
import { moonshineSets } from './moonshine/sets.ts';
import { VOICE_LOG_MEL, voiceLogMel } from './voiceLogMel.ts';
import { PER_FRAME, VOICE_MEL, VOICE_MEL_NAMES, voiceMel, voiceMelStatistics } from './voiceMel.ts';

/** Stages whose means and deviations over time are the functionals: the best combination of stages for emotions. */
export const FUNCTIONAL_STAGES: readonly StageName[] = ['stage2', 'stage3', 'stage4'];

/** Rounding of the functionals in tables: a sixth of the deviation between clips of most of them. */
const FUNCTIONAL_STEP = 1 / 32;

/** Rounding of the voice's log-mel frames in tables: 2.5 dB. */
const LOG_MEL_STEP = 1 / 4;

const STAGE_OF_FRAMES: StageName = 'stage3';

/** Suffix of a frames set's name for the set of its functionals. */
const FUNCTIONALS = '-functionals';

export interface FeatureSets {
  /** Names of all single sets. */
  names: readonly string[];
  /**
   * The set of a name, or a set joined from several by `+`: `librosa186+speech-embedding`; several such sets with `,` between them are the inputs of a model
   * whose members take different ones.
   * @throws {SerError} `usage` for an unknown name; `model` for an encoder that cannot be used
   */
  featureSet(name: string): FeatureSet;
  /**
   * Name, columns and encoder of a set, for whoever computes nothing with it.
   * @returns undefined if there is none of that name
   * @throws {SerError} `model` for an encoder that cannot be used
   */
  describeFeatureSet(name: string): Omit<FeatureSet, 'extract' | 'extractAll'> | undefined;
}

/** What feature sets compute with: each opens its network at the first call, and returns the same one afterwards. */
export interface Encoders {
  findVoice: FindVoice;
  speechEncoder: () => Promise<SpeechEncoder>;
  moonshine: () => Promise<Moonshine>;
}

/**
 * All feature sets: those that need only the signal, functionals of those of them that give frames, and the sets of the encoders that ship.
 * @param larger  the frames of a larger encoder by its name; undefined for other names. Default: there is none
 */
export function createFeatureSets(
  encoders: Encoders,
  larger: (name: string) => FeatureSet | undefined = () => undefined,
): FeatureSets {
  const pure = FEATURE_SETS.flatMap((set) => (set.level === 'frames' ? [set, functionalsOf(set)] : [set]));
  const sets: FeatureSet[] = [...pure, ...embeddingSets(encoders), ...moonshineSets(encoders)];
  const names = sets.map(({ name }) => name);
  const largerSet = (name: string): FeatureSet | undefined => {
    const frames = larger(name.endsWith(FUNCTIONALS) ? name.slice(0, -FUNCTIONALS.length) : name);
    return frames && name.endsWith(FUNCTIONALS) ? functionalsOf(frames) : frames;
  };
  const find = (name: string): FeatureSet => {
    const found = sets.find((set) => set.name === name) ?? largerSet(name);
    if (found) return found;
    throw new SerError('usage', `There is no feature set "${name}": choose one of ${names.join(', ')}, an encoder of \`ser embeddings list\` or onnx:FILE, or several joined by "+".`); // prettier-ignore
  };
  const featureSet = (name: string): FeatureSet => {
    expectText(name, 'featureSet: name', `one of ${names.join(', ')}`);
    if (name.includes(',')) return setOfInputs(name.split(',').map(featureSet));
    return name.includes('+') ? joinSets(name.split('+').map(find), find) : find(name);
  };
  return {
    names,
    featureSet,
    describeFeatureSet(name) {
      try {
        return featureSet(name);
      } catch (error) {
        if (error instanceof SerError && error.code === 'usage') return undefined;
        throw error;
      }
    },
  };
}

const computesNothing = () => {
  throw new Error('a described feature set computes nothing');
};

/** The sets that need no file of their own, without the code that computes them. */
export const { describeFeatureSet } = createFeatureSets({ findVoice: computesNothing, speechEncoder: computesNothing, moonshine: computesNothing }); // prettier-ignore

/** Encoders that ship with this package, named like their folders in models/. */
const SHIPPED_ENCODERS = { 'speech-embedding': ENCODER_SHA256, moonshine: MOONSHINE_SHA256 } as const;

export type ShippedEncoder = keyof typeof SHIPPED_ENCODERS;

/** The shipped encoders that a set, or a part of it, comes from. */
export function shippedEncoders(name: string): ShippedEncoder[] {
  // A larger encoder is not described here, but what it is joined with may be.
  const needed = name.split(/[+,]/).map((part) => describeFeatureSet(part)?.encoder);
  return (Object.keys(SHIPPED_ENCODERS) as ShippedEncoder[]).filter((one) => needed.includes(SHIPPED_ENCODERS[one]));
}

/** `speech-embedding`, the frames of stage 3; those of other stages; the functionals of several stages; of the voice alone log-mel frames, also beside stage 3, and their statistics. */
function embeddingSets({ findVoice, speechEncoder: encoder }: Encoders): FeatureSet[] {
  const frameSets = GIVEN_STAGES.filter(({ name }) => name !== 'output').map((stage): FeatureSet => {
    const { name, hop } = stage;
    return {
      name: name === STAGE_OF_FRAMES ? 'speech-embedding' : `speech-embedding-${name}`,
      level: 'frames',
      half: true,
      encoder: ENCODER_SHA256,
      names: valueNames(name),
      frameRate: SAMPLE_RATE / (MEL_FRAMES.hop * hop),
      extract: async (signal) => (await (await encoder()).encode(signal))[name].data,
    };
  });
  const functionals: FeatureSet = {
    name: `speech-embedding${FUNCTIONALS}`,
    level: 'functionals',
    half: true,
    step: FUNCTIONAL_STEP,
    encoder: ENCODER_SHA256,
    names: FUNCTIONAL_STAGES.flatMap((stage) => functionalNames(valueNames(stage))),
    async extract(signal) {
      const stages = await (await encoder()).encode(signal);
      return joinVectors(FUNCTIONAL_STAGES.flatMap((stage) => meanAndDeviation(stages[stage])));
    },
  };
  const [{ frameRate, names }] = frameSets.filter(({ name }) => name === 'speech-embedding');
  const melNames = Array.from({ length: PER_FRAME }, (_, frame) =>
    Array.from({ length: VOICE_MEL.bands }, (_, band) => `mel${frame}_${band}`),
  );
  const voice: FeatureSet = {
    name: 'voice',
    level: 'frames',
    half: true,
    encoder: ENCODER_SHA256,
    frameRate,
    names: [...names, ...melNames.flat()],
    async extract(signal) {
      const { stages, voice } = await (await encoder()).encodeVoice(signal);
      const { data, frames, bins } = stages[STAGE_OF_FRAMES];
      return joinFrames(frames, [data, bins], [voiceMel(voice, frames), PER_FRAME * VOICE_MEL.bands]);
    },
  };
  const mel: FeatureSet = {
    name: 'voice-mel',
    level: 'functionals',
    half: true,
    step: FUNCTIONAL_STEP,
    encoder: ENCODER_SHA256,
    names: VOICE_MEL_NAMES,
    extract: async (signal) => voiceMelStatistics(await findVoice(signal)),
  };
  const logMel: FeatureSet = {
    name: 'voice-log-mel',
    level: 'frames',
    half: true,
    step: LOG_MEL_STEP,
    encoder: ENCODER_SHA256,
    frameRate: SAMPLE_RATE / VOICE_LOG_MEL.hop,
    names: Array.from({ length: VOICE_LOG_MEL.bands }, (_, band) => `log_mel_${band}`),
    extract: async (signal) => voiceLogMel(await findVoice(signal)),
  };
  return [...frameSets, functionals, mel, logMel, functionalsOf(logMel), voice, functionalsOf(voice)];
}

/** The values of each frame side by side. @param parts  frames × width, with the width */
function joinFrames(frames: number, ...parts: readonly (readonly [FeatureValues, number])[]): Float32Array {
  const whole = parts.reduce((sum, [, width]) => sum + width, 0);
  const joined = new Float32Array(frames * whole);
  let at = 0;
  for (let frame = 0; frame < frames; frame++) {
    for (const [values, width] of parts) {
      joined.set(values.subarray(frame * width, (frame + 1) * width), at);
      at += width;
    }
  }
  return joined;
}

/** `stage3_2_17`: the eighteenth channel of the third band of stage 3. */
function valueNames(stage: StageName): string[] {
  const { bands, channels } = GIVEN_STAGES.find(({ name }) => name === stage)!;
  return Array.from({ length: bands * channels }, (_, i) => `${stage}_${Math.floor(i / channels)}_${i % channels}`);
}

/** Mean and population standard deviation over time of each value of a frames set. */
function functionalsOf({ name, names, half, encoder, ...frames }: FeatureSet): FeatureSet {
  const ofFrames = (data: FeatureValues): FeatureValues =>
    joinVectors(meanAndDeviation({ data, frames: data.length / names.length, bins: names.length }));
  return {
    name: name + FUNCTIONALS,
    level: 'functionals',
    half,
    encoder,
    names: functionalNames(names),
    extract: async (signal) => ofFrames(await frames.extract(signal)),
    extractAll: async (signals) => (await extractAll(frames, signals)).map(ofFrames),
  };
}

/** The values of several signals. */
export async function extractAll(
  set: Pick<FeatureSet, 'extract' | 'extractAll'>,
  signals: readonly Float32Array[],
): Promise<FeatureValues[]> {
  if (set.extractAll) return set.extractAll(signals);
  const values = [];
  for (const signal of signals) values.push(await set.extract(signal));
  return values;
}

/** The functionals of several sets, concatenated. A frames set is represented by its functionals. */
function joinSets(chosen: readonly FeatureSet[], find: (name: string) => FeatureSet): FeatureSet {
  const name = chosen.map((set) => set.name).join('+');
  const parts = chosen.map((set) => (set.level === 'frames' ? find(set.name + FUNCTIONALS) : set));
  const twice = parts.find((part, i) => parts.indexOf(part) < i);
  if (twice) throw new SerError('usage', `"${name}" contains ${twice.name} twice: name each feature set once.`);
  const taken = new Set<string>();
  const names = parts.flatMap((part) => {
    const own = part.names.map((column) => (taken.has(column) ? `${part.name}_${column}` : column));
    for (const column of own) taken.add(column);
    return own;
  });
  const ofAll = async (signals: readonly Float32Array[]): Promise<FeatureValues[]> => {
    const vectors: FeatureValues[][] = [];
    for (const part of parts) vectors.push(await extractAll(part, signals));
    return signals.map((_, i) => joinVectors(vectors.map((ofPart) => ofPart[i])));
  };
  return {
    name,
    level: 'functionals',
    names,
    parts,
    encoder: joinEncoders(parts.map(({ encoder }) => encoder)),
    extract: async (signal) => (await ofAll([signal]))[0],
    extractAll: ofAll,
  };
}

/** A set whose rows hold the values of several sets. Frames stand last. */
function setOfInputs(chosen: readonly FeatureSet[]): FeatureSet {
  const name = chosen.map((set) => set.name).join(',');
  const early = chosen.slice(0, -1).find(({ level }) => level === 'frames');
  if (early)
    throw new SerError('usage', `"${name}": ${early.name} has frames, which can only be the last input of a model.`);
  const { level, frameRate, names } = chosen.at(-1)!;
  const inputs = chosen.map(inputOf);
  return {
    name,
    level,
    ...(frameRate !== undefined && { frameRate }),
    names: level === 'frames' ? names : chosen.flatMap((set) => set.names),
    inputs: chosen,
    encoder: joinEncoders(chosen.map(({ encoder }) => encoder)),
    async extract(signal) {
      const values: FeatureValues[] = [];
      for (const set of chosen) values.push(await set.extract(signal));
      return packInputs(values, inputs);
    },
    async extractAll(signals) {
      const values: FeatureValues[][] = [];
      for (const set of chosen) values.push(await extractAll(set, signals));
      return signals.map((_, i) => packInputs(values.map((own) => own[i]), inputs)); // prettier-ignore
    },
  };
}

/** The encoders of several sets, each once; undefined if none has one. */
export function joinEncoders(encoders: readonly (string | undefined)[]): string | undefined {
  return [...new Set(encoders.flatMap((encoder) => encoder ?? []))].join('+') || undefined;
}

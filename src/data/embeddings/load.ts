import { fileURLToPath } from 'node:url';
import { memoize } from '../../memoize.ts';
import { openInNode } from '../../onnx/openInNode.ts';
import { readModel, RESTORE } from '../../onnx/readModel.ts';
import { speechDetector } from '../speech/load.ts';
import { frameCache } from './encoders/encoderPlace.ts';
import { encoderSet } from './encoders/encoderSets.ts';
import { voiceFinder } from './findVoice.ts';
import { createFeatureSets, type Encoders, type ShippedEncoder, shippedEncoders } from './sets.ts';

const pathOf = (model: string): string => fileURLToPath(new URL(`../../../models/${model}`, import.meta.url));

/** Paths of the package's encoders. */
export const ENCODER_MODELS: Readonly<Record<ShippedEncoder, string>> = {
  'speech-embedding': pathOf('speech-embedding/embedding.onnx'),
  moonshine: pathOf('moonshine/encoder.onnx'),
};

/** Reads the model file. @throws {SerError} `model` if it cannot be read */
const readEncoderModel = (name: ShippedEncoder): Promise<Uint8Array> =>
  readModel(ENCODER_MODELS[name], 'speech encoder', RESTORE);

/** The files of the shipped encoders that any of some feature sets comes from, by their paths. @throws {SerError} `model` as `readEncoderModel` */
export async function encoderFiles(sets: readonly string[]): Promise<Map<string, Uint8Array>> {
  const needed = [...new Set(sets.flatMap(shippedEncoders))];
  return new Map(
    await Promise.all(needed.map(async (one) => [ENCODER_MODELS[one], await readEncoderModel(one)] as const)),
  );
}

const findVoice = voiceFinder(speechDetector);

/**
 * The package's encoder with frames of Google's `speech_embedding`, loaded at the first call in each thread.
 * @throws {SerError} `model` if its file is missing or damaged
 */
export const speechEncoder = memoize(async () => {
  const { openSpeechEncoder } = await import('./encoder.ts');
  const bytes = await readEncoderModel('speech-embedding');
  return openSpeechEncoder(bytes, openInNode, findVoice, ENCODER_MODELS['speech-embedding']);
});

/** The same of Moonshine's encoder. @throws {SerError} likewise */
export const moonshine = memoize(async () => {
  const { openMoonshine } = await import('./moonshine/network.ts');
  return openMoonshine(await readEncoderModel('moonshine'), openInNode, ENCODER_MODELS.moonshine);
});

const encoders: Encoders = { findVoice, speechEncoder, moonshine };
const sets = createFeatureSets(encoders, encoderSet);

/**
 * Names of the feature sets; several are joined by `+`.
 * @example
 * FEATURE_SET_NAMES.includes('librosa186') // → true
 */
export const FEATURE_SET_NAMES = sets.names;

/**
 * A feature set by its name, one of `FEATURE_SET_NAMES`, an encoder of `ser embeddings list`, `onnx:FILE`, or several joined by `+`.
 * @throws {SerError} `usage` for an unknown name; `model` for an encoder that cannot be used
 * @example
 * const { names, extract } = featureSet('librosa186');
 * const vector = await extract(await loadAudio('data/demo/female.wav'));
 * [names.length, vector.length] // → [186, 186]
 */
export const featureSet = sets.featureSet;

export const { describeFeatureSet } = sets;

/** A set that keeps the frames of larger encoders on disk, for tables and other clips that are likely to be analysed again. */
export const { featureSet: keptFeatureSet } = createFeatureSets(encoders, (name) => encoderSet(name, frameCache));

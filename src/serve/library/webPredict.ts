import { expectArgument, expectOptions, isObject, isText, isTexts } from '../../messages/arguments.ts';
import { LONG_SECONDS } from '../../data/audio/inspect.ts';
import { readRecording } from '../../data/audio/read.ts';
import { GENDERS } from '../../data/clip.ts';
import { id2labelOf } from '../../data/labels/id2label.ts';
import { SerError } from '../../error.ts';
import type { FeatureSet } from '../../features/types.ts';
import { memoize } from '../../memoize.ts';
import { openWith } from '../../onnx/openInBrowser.ts';
import { EMOTION_MODELS, type EmotionModelName } from '../../train/families/members.ts';
import { resultOf } from '../predict/clipResult.ts';
import { predictEmotions } from '../predict/predictEmotion.ts';
import { modelsFor, type RoutingChoice, withRouting } from '../predict/routingChoice.ts';
import { signalFeatures } from '../predict/signalFeatures.ts';
import { checkChoice, CHOICES, type LabelledPrediction } from './options.ts';
import { isSamples, readSamples, type Samples } from './samples.ts';
import { fetchBytes, modelsAt } from './webModels.ts';

export interface WebModelsOptions {
  /**
   * Address of a folder like `models/` of this package: `speech/`, and `moonshine/` or `speech-embedding/` if the features come from them; `male/` and `female/` with `gender/`, or `pooled/`.
   * @default  `models/` of this package where its script was not bundled: `../models/` from it
   */
  models?: string | URL;
  /** Folder in it with the emotion models of another family: `reference`, `open`. Default: those that are in it directly. */
  family?: string;
  /** Names of the models to fetch. Default: the pair; the pooled model where it is alone. */
  load?: readonly EmotionModelName[];
  /** Address of ONNX Runtime's `ort-wasm-simd-threaded.wasm`. Default: beside the script that contains ONNX Runtime. */
  ortWasm?: string | URL;
}

/** Emotion models in a page or a worker, and all that they need. */
export interface WebEmotionModels {
  loaded: readonly EmotionModelName[];
  /** The emotions that they know, in the order of probability vectors. */
  labels: readonly string[];
  id2label: Readonly<Record<number, string>>;
  /** Their feature set. */
  featureSet: FeatureSet;
  /** Predicts a recording; `predict` for what it takes and throws. */
  predict(audio: WebAudioInput, choice?: RoutingChoice): Promise<LabelledPrediction>;
}

/** A recording: the address of an audio file, a file of an `<input>`, the bytes of one, or samples in memory. */
export type WebAudioInput = string | URL | Blob | Uint8Array | ArrayBuffer | Samples;

/**
 * Fetches emotion models, and all that they need, from a web server. Runs in browsers, their workers, and Deno.
 * @throws {SerError} `model` if a file cannot be fetched, is damaged, or does not fit the others
 * @example
 * const { labels, id2label, loaded } = await loadEmotionModels({ models: '/models', family: 'reference', load: ['pooled'] });
 * [id2label[0] === labels[0], loaded] // → [true, ['pooled']]
 */
export async function loadEmotionModels(options: WebModelsOptions = {}): Promise<WebEmotionModels> {
  expectOptions(options, 'The options of loadEmotionModels', ['models', 'family', 'load', 'ortWasm']);
  const { models = modelsBeside(import.meta.url), family, load, ortWasm } = options;
  expectArgument(isText(models) || models instanceof URL, 'loadEmotionModels: options.models', 'the address of a folder of models', models); // prettier-ignore
  expectArgument(family === undefined || isText(family), 'loadEmotionModels: options.family', 'the name of a folder', family); // prettier-ignore
  const isKnown = isTexts(load) && load.length > 0 && load.every((name) => EMOTION_MODELS.includes(name));
  expectArgument(load === undefined || isKnown, 'loadEmotionModels: options.load', `a list of ${EMOTION_MODELS.join(', ')}`, load); // prettier-ignore
  const base = String(models).replace(/\/$/, '');
  const folder = family === undefined ? base : `${base}/${family}`;
  const names = load ?? ((await exists(`${folder}/male/bundle.json`)) ? GENDERS : (['pooled'] as const));
  const files = modelsAt(base, openWith(ortWasm === undefined ? undefined : String(ortWasm)), folder);
  const emotions = new Map(
    await Promise.all(names.map(async (name) => [name, await files.emotionModel(name)] as const)),
  );
  const [first] = emotions.values();
  const differs = [...emotions].find(
    ([, { features, labels }]) => features !== first.features || labels.join() !== first.labels.join(),
  );
  if (differs) throw new SerError('model', `${folder}/${differs[0]} has other features or labels than ${folder}/${names[0]}.`); // prettier-ignore
  const id2label = id2labelOf(first.labels);
  const featureSet = files.featureSet(first.features);
  return {
    loaded: names,
    labels: first.labels,
    id2label,
    featureSet,
    async predict(audio, choice = {}) {
      const chosen = withRouting(choice, names);
      const gender = modelsFor(chosen).length > 1 ? await files.genderModel() : undefined;
      const { name, recording } = await read(audio, files.speechDetector);
      const { signal, seconds, warnings, speech } = recording;
      const features = await signalFeatures(signal, featureSet.extract, { beyond: LONG_SECONDS });
      const voice = await gender?.classify(signal, { set: first.features, vector: features.vector });
      const analysis = { seconds, warnings, speech, ...features, voice };
      const routed = { family: folder, emotions, gender: gender?.file };
      return { ...resultOf(name, analysis, predictEmotions(routed, [analysis], chosen)[0]), id2label };
    },
  };
}

/** `models/` of the package that contains this file. A function: bundlers take `new URL(…, import.meta.url)` for a file to be copied. */
const modelsBeside = (file: string): URL => new URL('../../../models', file);

const modelsOf = memoize((models?: string) => loadEmotionModels({ models }));

/**
 * Predicts the emotion and the gender of a recording in this page or worker.
 * @param options  `models`: what `loadEmotionModels` gave, or the address of a folder of models, which are fetched once
 * @throws {SerError} `audio` for a recording that cannot be read or analysed, `model` for models that cannot be used, `usage` for other arguments
 * @example
 * const models = await loadEmotionModels({ models: '/models', family: 'reference', load: ['pooled'] });
 * (await predict('/data/demo/female-excited.wav', { models })).emotion // → 'happy'
 */
export async function predict(
  audio: WebAudioInput,
  options: RoutingChoice & { models?: string | URL | WebEmotionModels } = {},
): Promise<LabelledPrediction> {
  const isBytes = audio instanceof Uint8Array || audio instanceof ArrayBuffer || audio instanceof Blob;
  const what = 'the address of an audio file, a Blob or the bytes of one, a Float32Array of samples at 16 kHz, or { samples, sampleRate }'; // prettier-ignore
  expectArgument(isText(audio) || audio instanceof URL || isBytes || isSamples(audio), 'predict: audio', what, audio);
  expectOptions(options, 'The options of predict', ['models', ...CHOICES]);
  const { models, ...choice } = options;
  checkChoice(choice, 'predict');
  const isAddress = models === undefined || isText(models) || models instanceof URL;
  const isLoaded = isObject(models) && typeof models.predict === 'function';
  expectArgument(isAddress || isLoaded, 'predict: options.models', 'an address, or what loadEmotionModels gives', models); // prettier-ignore
  const loaded = isAddress ? await modelsOf(models && String(models)) : models;
  return loaded.predict(audio, choice);
}

async function read(audio: WebAudioInput, detector: () => ReturnType<ReturnType<typeof modelsAt>['speechDetector']>) {
  const speech = await detector();
  if (isSamples(audio)) return { name: 'samples', recording: await readSamples(audio, speech) };
  const [name, bytes] = await bytesOf(audio);
  return { name, recording: await readRecording(bytes, name, { speech }) };
}

async function bytesOf(audio: Exclude<WebAudioInput, Samples>): Promise<[name: string, bytes: Uint8Array]> {
  if (audio instanceof Uint8Array) return ['audio', audio];
  if (audio instanceof ArrayBuffer) return ['audio', new Uint8Array(audio)];
  if (audio instanceof Blob)
    return [(audio as Partial<File>).name ?? 'audio', new Uint8Array(await audio.arrayBuffer())];
  const address = String(audio);
  try {
    return [address, await fetchBytes(address)];
  } catch (error) {
    throw new SerError('audio', (error as Error).message, { cause: error });
  }
}

async function exists(address: string): Promise<boolean> {
  const { ok, body } = await fetch(address).catch(() => ({ ok: false, body: null }));
  await body?.cancel();
  return ok;
}

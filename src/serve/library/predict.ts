import { fileURLToPath } from 'node:url';
import { expectArgument, expectOptions, isObject, isText } from '../../messages/arguments.ts';
import { speechDetector } from '../../data/speech/load.ts';
import type { WindowOptions } from '../../features/windows.ts';
import { memoize } from '../../memoize.ts';
import { analyseClip, analyseSignal } from '../predict/analyseClip.ts';
import { resultOf } from '../predict/clipResult.ts';
import { type EmotionModels, loadEmotionModels } from '../predict/emotionModels.ts';
import type { RoutingChoice } from '../predict/routingChoice.ts';
import { checkChoice, CHOICES, type LabelledPrediction } from './options.ts';
import { isSamples, readSamples, type Samples } from './samples.ts';

/** A recording: the path or `file:` URL of an audio file, the bytes of one, or samples in memory. */
export type AudioInput = string | URL | Uint8Array | ArrayBuffer | Samples;

export interface PredictOptions extends RoutingChoice {
  /**
   * Loaded models, a family of this package's, or a folder that contains `male/` and `female/`, or `pooled/`. Those named by a text are loaded once.
   * @default 'default'
   */
  models?: string | EmotionModels;
  /** Also predicts windows of the recording, as `timeline` of the result. Default: none. */
  windows?: WindowOptions;
}

/** The models of a family or a folder, for predictions that name them by a text. */
const modelsOf = memoize((models: string) => loadEmotionModels({ models }));

/**
 * Predicts the emotion and the gender of a recording, with the models of this package unless others are named.
 * @throws {SerError} `audio` for a recording that cannot be read or analysed, `model` for models that cannot be used, `usage` for other arguments
 * @example
 * const { emotion, gender, id2label } = await predict('data/demo/female-excited.wav', { models: 'reference' });
 * [emotion, gender, Object.values(id2label).includes(emotion)] // → ['angry', 'female', true]
 */
export async function predict(audio: AudioInput, options: PredictOptions = {}): Promise<LabelledPrediction> {
  const isFile = isText(audio) || (audio instanceof URL && audio.protocol === 'file:');
  const isBytes = audio instanceof Uint8Array || audio instanceof ArrayBuffer;
  const what = 'the path or file: URL of an audio file, the bytes of one, a Float32Array of samples at 16 kHz, or { samples, sampleRate }'; // prettier-ignore
  expectArgument(isFile || isBytes || isSamples(audio), 'predict: audio', what, audio);
  expectOptions(options, 'The options of predict', ['models', 'windows', ...CHOICES]);
  const { models = 'default', windows, ...choice } = options;
  checkChoice(choice, 'predict');
  const isLoaded = isObject(models) && typeof models.predict === 'function';
  expectArgument(isText(models) || isLoaded, 'predict: options.models', 'a family, a folder, or what loadEmotionModels gives', models); // prettier-ignore

  const loaded = isText(models) ? await modelsOf(models) : (models as EmotionModels);
  const needs = { ...loaded.needs(choice), windows };
  if (isSamples(audio)) {
    const { signal, ...facts } = await readSamples(audio, await speechDetector());
    const analysis = { ...(await analyseSignal(signal, needs)), ...facts };
    return { ...resultOf('samples', analysis, loaded.predict(analysis, choice)), id2label: loaded.id2label };
  }
  const bytes = audio instanceof ArrayBuffer ? new Uint8Array(audio) : audio;
  const file = bytes instanceof Uint8Array ? 'audio' : bytes instanceof URL ? fileURLToPath(bytes) : bytes;
  const analysis = await analyseClip({ file, ...needs, ...(bytes instanceof Uint8Array && { bytes }) });
  return { ...resultOf(file, analysis, loaded.predict(analysis, choice)), id2label: loaded.id2label };
}

import { type ClipResult, resultOf } from '../../predict/clipResult.ts';
import { LONG_SECONDS } from '../../../data/audio/inspect.ts';
import { predictEmotions } from '../../predict/predictEmotion.ts';
import { readRecording } from '../../../data/audio/read.ts';
import { usesShippedEncoder } from '../../../data/embeddings/sets.ts';
import { modelsFor, type RoutingChoice } from '../../predict/routingChoice.ts';
import { signalFeatures } from '../../predict/signalFeatures.ts';
import {
  emotionModel,
  featureSetOfPage,
  genderModelOfPage,
  speechDetectorOfPage,
  speechEncoderOfPage,
} from './deviceModels.ts';

/** Limit of a recording in seconds: its samples are kept in the browser's memory. */
const MAX_SECONDS = 1800;

/** Fetches the models for a routing choice, and the speech encoder if they need it. @throws {SerError} `model` if one of them cannot be used */
export async function prepareModels(choice: RoutingChoice): Promise<void> {
  const names = modelsFor(choice);
  await Promise.all([
    speechDetectorOfPage(),
    ...names.map(async (name) => {
      const { features } = await emotionModel(name);
      if (usesShippedEncoder(features)) await speechEncoderOfPage();
    }),
    ...(names.length > 1 ? [genderModelOfPage()] : []),
  ]);
}

/**
 * The analysis of the server's `POST /api/predict`, in the browser, with the same code.
 * @throws {SerError} `audio`, `limit` or `model`
 */
export async function analyseOnDevice(bytes: Uint8Array, name: string, choice: RoutingChoice): Promise<ClipResult> {
  const { signal, seconds, warnings, speech } = await readRecording(bytes, name, {
    maxSeconds: MAX_SECONDS,
    speech: await speechDetectorOfPage(),
  });
  const names = modelsFor(choice);
  const loaded = await Promise.all(names.map(emotionModel));
  const gender = names.length > 1 ? await genderModelOfPage() : undefined;

  const analysis = {
    speech,
    ...(await signalFeatures(signal, featureSetOfPage(loaded[0].features).extract, { beyond: LONG_SECONDS })),
    voice: await gender?.classify(signal),
  };
  const models = { emotions: new Map(names.map((one, i) => [one, loaded[i]])), gender: gender?.file };
  const [prediction] = predictEmotions(models, [analysis], choice);
  return resultOf(name, { seconds, warnings, speech }, prediction);
}

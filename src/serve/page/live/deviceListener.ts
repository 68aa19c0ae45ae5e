import { createBlockResampler, type BlockResampler } from '../../../features/resample/resampleBlocks.ts';
import { SAMPLE_RATE } from '../../../features/types.ts';
import type { RoutingChoice } from '../../predict/routingChoice.ts';
import { predictEmotions } from '../../predict/predictEmotion.ts';
import { signalFeatures } from '../../predict/signalFeatures.ts';
import { createListener, type Listener, type LiveResult } from '../../timeline/listen.ts';
import { modelsOfChoice } from '../device/deviceAnalysis.ts';
import { emotionModel, featureSetOfPage, genderModelOfPage, speechDetectorOfPage } from '../device/deviceModels.ts';

/** Runs in the page's worker, which listens to one sound at a time. */
let listening: { listener: Listener; resampler: BlockResampler } | undefined;

/** Seconds that wait for being converted to 16 kHz. */
const RESAMPLED = 0.1;

/**
 * Begins to listen, with the code of `ser predict --live`. @param rate  of the sound in Hz
 * @returns the labels of the models
 * @throws {SerError} `model` if one cannot be used
 */
export async function beginListening(asked: RoutingChoice, rate: number): Promise<readonly string[]> {
  const { choice, names, family, ...models } = await modelsOfChoice(asked);
  const loaded = await Promise.all(names.map(emotionModel));
  const gender = models.gender ? await genderModelOfPage() : undefined;
  const set = featureSetOfPage(loaded[0].features);
  const routed = { family, emotions: new Map(names.map((one, i) => [one, loaded[i]])), gender: gender?.file };
  const predict = async (signal: Float32Array) => {
    const { vector } = await signalFeatures(signal, set.extract);
    const voice = await gender?.classify(signal, { set: set.name, vector });
    return predictEmotions(routed, [{ vector, voice }], choice)[0];
  };
  const { labels } = loaded[0];
  await predict(new Float32Array(SAMPLE_RATE)); // the first prediction takes longest
  const detector = await speechDetectorOfPage();
  const listener = createListener({ detector, predict, labels, every: 1 });
  listening = { listener, resampler: createBlockResampler(rate, SAMPLE_RATE, RESAMPLED) };
  return labels;
}

/** @param samples  the next ones, mono @returns what is known by now */
export async function hear(samples: Float32Array): Promise<LiveResult[]> {
  const results: LiveResult[] = [];
  if (!listening) return results;
  for (const block of listening.resampler.push(samples)) results.push(...(await listening.listener.push(block)));
  return results;
}

/** The end of the sound. */
export async function endListening(): Promise<LiveResult[]> {
  if (!listening) return [];
  const { listener, resampler } = listening;
  listening = undefined;
  return [...(await listener.push(resampler.end())), ...(await listener.end())];
}

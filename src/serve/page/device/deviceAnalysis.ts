import { SerError } from '../../../error.ts';
import type { ClipAnalysis, UtteranceAnalysis } from '../../predict/analyseClip.ts';
import { type ClipAnswer, type ClipFailure, resultOf } from '../../predict/clipResult.ts';
import type { PageChoice } from '../clips/clip.ts';
import { LONG_SECONDS } from '../../../data/audio/inspect.ts';
import { type AnalysedClip, predictEmotions, withSpeakers } from '../../predict/predictEmotion.ts';
import { readRecording } from '../../../data/audio/read.ts';
import { utterancesOf } from '../../../data/speech/utteranceStream.ts';
import { SAMPLE_RATE } from '../../../features/types.ts';
import { segmentOf, withShares } from '../../timeline/segment.ts';
import { shippedEncoders } from '../../../data/embeddings/sets.ts';
import { modelsFor, type RoutingChoice, withRouting } from '../../predict/routingChoice.ts';
import { isPooledAlone } from '../../../train/families/members.ts';
import { signalFeatures } from '../../predict/signalFeatures.ts';
import {
  emotionModel,
  encodersOfPage,
  familyOfPage,
  featureSetOfPage,
  genderModelOfPage,
  speechDetectorOfPage,
} from './deviceModels.ts';

/** Limit of a recording in seconds: its samples are kept in the browser's memory. */
const MAX_SECONDS = 1800;

/** Fetches the models for a routing choice, and the speech encoder if they need it. @throws {SerError} `model` if one of them cannot be used */
export async function prepareModels(asked: RoutingChoice): Promise<void> {
  const { names, gender } = await modelsOfChoice(asked);
  await Promise.all([
    speechDetectorOfPage(),
    ...names.map(async (name) => {
      const { features } = await emotionModel(name);
      await openEncoders(features);
    }),
    ...(gender ? [genderModelOfPage().then(({ metadata }) => openEncoders(metadata.features))] : []),
  ]);
}

async function openEncoders(features = ''): Promise<void> {
  await Promise.all(shippedEncoders(features).map((encoder) => encodersOfPage[encoder]()));
}

/** The choice with its routing, the emotion models that it requires, and whether the gender model is asked: to choose, or for its answer to be shown. */
export async function modelsOfChoice<Choice extends RoutingChoice>(asked: Choice) {
  const family = await familyOfPage();
  const choice = { ...asked, ...withRouting(asked, family.models) };
  const names = modelsFor(choice);
  const gender = names.length > 1 || (family.gender && isPooledAlone(family.models) && !choice.gender);
  return { choice, names, gender, family: family.name };
}

export interface DeviceRecording {
  bytes: Uint8Array;
  name: string;
}

/**
 * The analysis of the server's `POST /api/v1/predict`, in the browser, with the same code. A recording that cannot be analysed affects no other.
 * @returns in the order of the recordings
 * @throws {SerError} `model`
 */
export async function analyseOnDevice(
  recordings: readonly DeviceRecording[],
  asked: PageChoice,
): Promise<ClipAnswer[]> {
  const { choice, names, family, ...models } = await modelsOfChoice(asked);
  const loaded = await Promise.all(names.map(emotionModel));
  const gender = models.gender ? await genderModelOfPage() : undefined;
  const set = featureSetOfPage(loaded[0].features);
  const heardIn = async (signal: Float32Array) => {
    const features = await signalFeatures(signal, set.extract);
    return { ...features, voice: await gender?.classify(signal, { set: set.name, vector: features.vector }) };
  };
  const heard: ({ name: string; analysis: ClipAnalysis & AnalysedClip } | ClipFailure)[] = [];
  for (const { bytes, name } of recordings) {
    try {
      const detector = await speechDetectorOfPage();
      const options = { maxSeconds: MAX_SECONDS, speech: detector, inPieces: true };
      const { signal, seconds, warnings, speech } = await readRecording(bytes, name, options);
      const analysis = { seconds, warnings, speech, ...(await heardIn(signal)) };
      if (signal.length / SAMPLE_RATE <= LONG_SECONDS) heard.push({ name, analysis });
      else {
        const utterances: UtteranceAnalysis[] = [];
        for (const { start, end, samples } of await utterancesOf(signal, detector)) {
          utterances.push({ start, end, seconds: end - start, ...(await heardIn(samples)) });
        }
        heard.push({ name, analysis: { ...analysis, utterances } });
      }
    } catch (error) {
      if (!(error instanceof SerError) || error.code === 'model') throw error;
      heard.push({ file: name, error: { code: error.code, message: error.message } });
    }
  }
  const analyses = heard.flatMap((one) => ('analysis' in one ? [one.analysis] : []));
  const speakers = analyses.map(() => null);
  const known = choice.speaker === undefined ? analyses : withSpeakers(analyses, speakers, set.names.length);
  const routed = { family, emotions: new Map(names.map((one, i) => [one, loaded[i]])), gender: gender?.file };
  const predictions = predictEmotions(routed, known, choice);
  return heard.map((one) => {
    if ('error' in one) return one;
    const { speaker, utterances } = known.shift()!;
    const parts = utterances && predictEmotions(routed, utterances.map((part) => ({ ...part, speaker })), choice); // prettier-ignore
    const segments = parts?.map((part, i) => segmentOf(utterances![i], part));
    const shared = segments && withShares(segments, loaded[0].labels);
    return resultOf(one.name, one.analysis, predictions.shift()!, shared);
  });
}

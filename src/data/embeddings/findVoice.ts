import { checkSignal } from '../../features/checkSignal.ts';
import { SAMPLE_RATE } from '../../features/types.ts';
import { memoizeBySignal } from '../../memoize.ts';
import type { SpeechDetector } from '../speech/detector.ts';
import { speechProbabilities } from '../speech/probabilities.ts';
import { speechSpans } from '../speech/spans.ts';
import { GIVEN_STAGES, MEL_FRAMES } from './layers.ts';
import { voiceOf } from './voice.ts';

/**
 * The voice alone (`voiceOf`). Found once for each signal, however often it is asked.
 * @param signal  mono, 16 kHz, of any length and level
 * @throws {SerError} `audio` for an empty signal or one with NaN or infinite samples
 */
export type FindVoice = (signal: Float32Array) => Promise<Float32Array>;

/** Samples that every encoder has frames of: those of the longest stage. */
const LEAST_SAMPLES = MEL_FRAMES.nFft + (GIVEN_STAGES.at(-1)!.reach - 1) * MEL_FRAMES.hop;

/** @param detector  opens the activity detector at the first call, and returns the same one afterwards */
export function voiceFinder(detector: () => Promise<SpeechDetector>): FindVoice {
  return memoizeBySignal(async (signal) => {
    checkSignal(signal);
    const spans = speechSpans(await speechProbabilities(await detector(), signal), signal.length / SAMPLE_RATE);
    return voiceOf(signal, spans, LEAST_SAMPLES);
  });
}

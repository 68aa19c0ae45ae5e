import { isObject } from '../../messages/arguments.ts';
import { createInspection } from '../../data/audio/inspect.ts';
import type { Recording } from '../../data/audio/read.ts';
import type { SpeechDetector } from '../../data/speech/detector.ts';
import { speechProbabilities } from '../../data/speech/probabilities.ts';
import { speechSpans } from '../../data/speech/spans.ts';
import { checkSignal } from '../../features/checkSignal.ts';
import { resample } from '../../features/resample/resample.ts';
import { SAMPLE_RATE } from '../../features/types.ts';

/** Samples in memory, full scale ±1: mono at 16 kHz, or at another rate. */
export type Samples = Float32Array | { samples: Float32Array; sampleRate: number };

export const isSamples = (audio: unknown): audio is Samples =>
  audio instanceof Float32Array ||
  (isObject(audio) && audio.samples instanceof Float32Array && typeof audio.sampleRate === 'number');

/**
 * Samples as a recording: at 16 kHz, with warnings and spans of speech.
 * @throws {SerError} `audio` for no samples, one that is not a finite number, or a rate that is none
 */
export async function readSamples(
  audio: Samples,
  detector: SpeechDetector,
): Promise<Pick<Recording, 'signal' | 'seconds' | 'warnings' | 'speech'>> {
  const { samples, sampleRate } = audio instanceof Float32Array ? { samples: audio, sampleRate: SAMPLE_RATE } : audio;
  checkSignal(samples);
  const signal = resample(samples, sampleRate, SAMPLE_RATE);
  const seconds = samples.length / sampleRate;
  const inspection = createInspection();
  inspection.push({ channels: [samples], sampleRate }, samples);
  inspection.pushSignal(signal);
  const speech = speechSpans(await speechProbabilities(detector, signal), seconds);
  return { signal, seconds, warnings: inspection.warnings(speech), speech };
}

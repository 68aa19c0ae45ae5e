import type { Gender } from '../../../data/clip.ts';
import { LOG_MEL, logMel } from '../../../features/sets/logMel.ts';
import type { OpenEcapa } from './openEcapa.ts';
import type { GenderMetadata } from './genderMetadata.ts';

/** The model's prediction for one voice. */
export interface VoiceGender {
  label: Gender;
  /** Of that label: softmax of logits / temperature. */
  probability: number;
  logits: [male: number, female: number];
}

/** Limits the memory: the published model needs some 100 kB per frame. */
const LONGEST = 60 * LOG_MEL.sampleRate;

/**
 * The prediction of an open network for a voice. Recordings longer than a minute are split into equal parts of at most a minute, whose logits
 * are averaged. Runs in Node, Deno and the browser.
 * @param signal  mono, 16 kHz, full scale ±1
 * @throws {SerError} `audio` for an empty signal or one with NaN or infinite samples; `model` if the logits are not finite
 */
export async function genderVerdict(
  network: Pick<OpenEcapa, 'logits'>,
  { labels, temperature }: Pick<GenderMetadata, 'labels' | 'temperature'>,
  signal: Float32Array,
): Promise<VoiceGender> {
  const logits: VoiceGender['logits'] = [0, 0];
  const parts = Math.max(1, Math.ceil(signal.length / LONGEST));
  for (let part = 0; part < parts; part++) {
    const [from, to] = [part, part + 1].map((edge) => Math.round((edge * signal.length) / parts));
    const [male, female] = await network.logits(logMel(signal.subarray(from, to)));
    logits[0] += male / parts;
    logits[1] += female / parts;
  }
  const best = logits[1] > logits[0] ? 1 : 0;
  const margin = Math.abs(logits[1] - logits[0]) / temperature;
  return { label: labels[best], probability: 1 / (1 + Math.exp(-margin)), logits };
}

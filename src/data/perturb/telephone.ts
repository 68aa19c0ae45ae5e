import { designLowpass, kaiserLowpass } from '../../features/resample/kaiser.ts';
import { resample } from '../../features/resample/resample.ts';
import { SAMPLE_RATE } from '../../features/types.ts';
import { compressMuLaw, expandMuLaw } from '../audio/pcm/companding.ts';
import type { Audio } from '../audio/read.ts';
import { fixLength } from '../augment/timeStretch.ts';
import { convolve } from './convolve.ts';
import { fullRate } from './fullRate.ts';

const RATE = 8000;
/** The band of a telephone channel, Hz; each edge falls off over 150 Hz beyond it. */
const BAND = [300, 3400] as const;
const FALL = 150;
/** 60 dB outside the band. */
const { beta: BETA, halfWidth } = designLowpass(0, FALL / (RATE / 2), 60);
const HALF_WIDTH = Math.ceil(halfWidth);

/** Impulse response of the band-pass at 8 kHz, symmetric: it delays by half its length. */
const RESPONSE = ((): Float32Array => {
  const lowpass = (time: number, hertz: number): number =>
    kaiserLowpass(time, { cutoff: hertz / (RATE / 2), halfWidth: HALF_WIDTH + 1, beta: BETA });
  const [low, high] = [BAND[0] - FALL / 2, BAND[1] + FALL / 2];
  return Float32Array.from({ length: 2 * HALF_WIDTH + 1 }, (_, i) => {
    return lowpass(i - HALF_WIDTH, high) - lowpass(i - HALF_WIDTH, low);
  });
})();

/** µ-law as a table: the sample for each of its bytes. */
const MU_LAW = Float32Array.from({ length: 256 }, (_, byte) => expandMuLaw(byte) / 32_768);

/**
 * A recording after transmission by a landline: sampled at 8 kHz, 300–3,400 Hz within .1 dB, at least 60 dB less below 150 and above
 * 3,550 Hz, each sample one byte of µ-law (ITU-T G.711). No packet is lost.
 * @returns mono, 16 kHz, as long as the recording
 */
export function telephone(recording: Pick<Audio, 'samples' | 'sampleRate'>): Float32Array {
  return transmitted(recording, (samples) => samples.map((sample) => MU_LAW[compressMuLaw(32_768 * sample)]));
}

/** The band of a telephone alone: `telephone` without companding. */
export function telephoneBand(recording: Pick<Audio, 'samples' | 'sampleRate'>): Float32Array {
  return transmitted(recording, (samples) => samples);
}

/** A recording after transmission by a mobile telephone: the same band through GSM's first codec (`fullRate`). No frame is lost. */
export function mobile(recording: Pick<Audio, 'samples' | 'sampleRate'>): Float32Array {
  return transmitted(recording, fullRate);
}

/** @param coded  what the codec makes of the samples at 8 kHz */
function transmitted(
  { samples, sampleRate }: Pick<Audio, 'samples' | 'sampleRate'>,
  coded: (samples: Float32Array) => Float32Array,
): Float32Array {
  const narrow = resample(samples, sampleRate, RATE);
  const passed = coded(convolve(narrow, RESPONSE).subarray(HALF_WIDTH, HALF_WIDTH + narrow.length));
  return fixLength(resample(passed, RATE, SAMPLE_RATE), Math.ceil(samples.length * (SAMPLE_RATE / sampleRate)));
}

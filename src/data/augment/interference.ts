import { SAMPLE_RATE } from '../../features/types.ts';
import type { Random } from '../../random.ts';
import { mix, power } from '../perturb/levels.ts';
import { speechShapedNoise } from '../perturb/speechNoise.ts';

type Noise = (length: number, random: Random) => Float32Array;

/** Noises for training, each with its share. All are synthetic, so that a model trained on them owes nothing to recordings. */
const NOISES: readonly [share: number, noise: Noise][] = [
  [0.35, colouredNoise],
  [0.25, speechShapedNoise],
  [0.2, (length, random) => intermittent(colouredNoise(length, random), random)],
  [0.2, (length, random) => intermittent(tones(length, random), random)],
];

/** What may be mixed into a clip: recordings, mono, 16 kHz, each repeated where it is shorter than the clip. */
export interface Recordings {
  /** Of noise. */
  noises?: readonly Float32Array[];
  /** Of one speaker each, for babble: of nobody whose clips test a model. */
  voices?: readonly Float32Array[];
}

/** Share of babble, where there are voices, and of recorded noises in the rest, where there are any. */
const [BABBLE, RECORDED] = [0.2, 0.6];
/** Voices of babble. */
const TALKERS = { least: 2, most: 8 } as const;

/**
 * Adds one of several kinds of noise: coloured, speech-shaped, intermittent, or tones such as those of bells, horns and hum; a recorded one; or babble.
 * @param signal  mono, 16 kHz
 * @param snr  dB; see `mix`
 * @param recordings  Default: none
 */
export function addInterference(
  signal: Float32Array,
  snr: number,
  random: Random,
  { noises = [], voices = [] }: Recordings = {},
): Float32Array {
  const { length } = signal;
  if (voices.length > 0 && random.uniform() < BABBLE) return mix(signal, babble(length, random, voices), snr);
  const isRecorded = noises.length > 0 && random.uniform() < RECORDED;
  const added = isRecorded ? pieceOf(noises[random.integer(noises.length)], length, random) : synthetic(length, random);
  return mix(signal, added, snr);
}

/** Several people who talk at once, equally loud. */
export function babble(length: number, random: Random, voices: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(length);
  const talkers = TALKERS.least + random.integer(1 + TALKERS.most - TALKERS.least);
  for (let i = 0; i < talkers; i++) {
    const voice = voices[random.integer(voices.length)];
    const loudness = Math.sqrt(power(voice)) || 1;
    pieceOf(voice, length, random).forEach((sample, at) => (sum[at] += sample / loudness));
  }
  return sum;
}

/** A piece of a recording from a random place, which begins again where the recording ends. */
export function pieceOf(recording: Float32Array, length: number, random: Random): Float32Array {
  const from = random.integer(recording.length);
  return Float32Array.from({ length }, (_, i) => recording[(from + i) % recording.length]);
}

function synthetic(length: number, random: Random): Float32Array {
  let choice = random.uniform();
  const [, noise] = NOISES.find(([share]) => (choice -= share) < 0) ?? NOISES[0];
  return noise(length, random);
}

/** Gaussian noise whose spectrum falls towards high frequencies, by a random amount. */
function colouredNoise(length: number, random: Random): Float32Array {
  const memory = random.between(0, 0.995);
  const white = 0.3 * random.uniform();
  const fresh = Math.sqrt(1 - memory * memory);
  let state = 0;
  return Float32Array.from({ length }, () => {
    const value = random.normal();
    state = memory * state + fresh * value;
    return state + white * value;
  });
}

/** Between one and four series of harmonics, whose pitch glides. */
function tones(length: number, random: Random): Float32Array {
  const sum = new Float32Array(length);
  const voices = 1 + random.integer(4);
  for (let voice = 0; voice < voices; voice++) {
    const hertz = 50 * 60 ** random.uniform();
    const glide = random.uniform() < 0.5 ? 0 : random.between(-0.5, 0.5);
    const harmonics = 1 + random.integer(8);
    const fall = random.between(0.4, 1);
    let phase = random.between(0, 2 * Math.PI);
    for (let i = 0; i < length; i++) {
      const now = hertz * 2 ** ((glide * i) / SAMPLE_RATE);
      phase += (2 * Math.PI * now) / SAMPLE_RATE;
      let amplitude = 1;
      for (let k = 1; k <= harmonics && k * now < SAMPLE_RATE / 2; k++, amplitude *= fall) {
        sum[i] += amplitude * Math.sin(k * phase);
      }
    }
  }
  return sum;
}

/** A noise that comes and goes: strokes at random moments that die away in .02 to 1 s, about .5 to 8 a second. */
function intermittent(noise: Float32Array, random: Random): Float32Array {
  const rate = random.between(0.5, 8);
  const decay = 0.001 ** (1 / (SAMPLE_RATE * random.between(0.02, 1)));
  let level = random.uniform();
  return noise.map((sample) => {
    if (random.uniform() < rate / SAMPLE_RATE) level = random.between(0.3, 1);
    level *= decay;
    return sample * (level + 0.01);
  });
}

import { SerError } from '../../error.ts';
import { resample } from '../../features/resample/resample.ts';
import { SAMPLE_RATE } from '../../features/types.ts';
import { createRandom, type Random } from '../../random.ts';
import type { Audio } from '../audio/read.ts';
import { clip, clipLoudest, gain, surround } from './levels.ts';
import { throughMp3 } from './mp3.ts';
import { reverberate, ROOM_DEFAULTS } from './room.ts';
import { addNoise } from './speechNoise.ts';
import { telephone } from './telephone.ts';

/** A decoded recording: mono, full scale ±1, at the rate of its file. */
export type Recording = Pick<Audio, 'samples' | 'sampleRate'>;

/** Something that happens to recordings. */
export interface Condition {
  /** As in options, reports and names of files. */
  name: string;
  /** In charts. */
  label: string;
  /** What is done, with units. */
  what: string;
  /** @returns mono, 16 kHz; the recording is left as it is */
  apply(recording: Recording, random: Random): Float32Array | Promise<Float32Array>;
}

const at16k = ({ samples, sampleRate }: Recording): Float32Array => resample(samples, sampleRate, SAMPLE_RATE);

const noise = (snr: number): Condition => ({
  name: `noise-${snr}`,
  label: `noise, SNR ${snr} dB`,
  what: `Speech-shaped Gaussian noise (spectrum: Byrne et al., 1994) at ${snr} dB SNR over the whole clip, pauses included; of a clip the same noise at every SNR.`,
  apply: (recording, random) => addNoise(at16k(recording), snr, random),
});

/** Share of the samples that hard clipping cuts off. */
const CLIPPED = 0.05;
/** dB relative to full scale. */
const FAINT = -70;

/** All conditions, the undisturbed one first: what the others are compared with. Adding one is adding an entry. */
export const CONDITIONS: readonly Condition[] = [
  {
    name: 'clean',
    label: 'clean',
    what: 'The recording as it is, resampled to 16 kHz: what the others are compared with.',
    apply: at16k,
  },
  ...[20, 10, 0].map(noise),
  {
    name: 'gain-minus-20',
    label: 'gain −20 dB',
    what: 'A tenth of the amplitude.',
    apply: (recording) => gain(at16k(recording), -20),
  },
  {
    name: 'gain-plus-6',
    label: 'gain +6 dB',
    what: 'Twice the amplitude; nothing is cut off, in floating point.',
    apply: (recording) => gain(at16k(recording), 6),
  },
  {
    name: 'gain-plus-6-clipped',
    label: 'gain +6 dB, clipped',
    what: 'Twice the amplitude, cut off at full scale at the rate of the file: only loud clips reach it.',
    apply: ({ samples, sampleRate }) => at16k({ samples: clip(gain(samples, 6)), sampleRate }),
  },
  {
    name: 'clipping',
    label: 'hard clipping, 5 %',
    what: `The loudest ${100 * CLIPPED} % of the samples (digital zeros not counted) are cut off at one limit, at the rate of the file.`,
    apply: ({ samples, sampleRate }) => at16k({ samples: clipLoudest(samples, CLIPPED), sampleRate }),
  },
  {
    name: 'telephone',
    label: 'telephone band',
    what: '300–3,400 Hz at 8 kHz: at least 60 dB less below 150 and above 3,550 Hz; no companding.',
    apply: telephone,
  },
  {
    name: 'mp3-64',
    label: 'MP3, 64 kbit/s',
    what: 'LAME 3.100, mono at a constant 64 kbit/s, at the rate of the file; decoded by mpg123, the delay taken out.',
    apply: (recording) => throughMp3(recording, 64),
  },
  {
    name: 'reverberation',
    label: 'reverberation, .5 s',
    what: `A synthetic room, another for each clip: direct sound and exponentially decaying noise, RT60 ${ROOM_DEFAULTS.seconds} s, direct-to-reverberant ratio ${ROOM_DEFAULTS.directToReverberant} dB; at the level of the clip.`,
    apply: (recording, random) => reverberate(at16k(recording), random),
  },
  {
    name: 'silence-zeros',
    label: '1 s of zeros around',
    what: 'One second of digital zeros before and after.',
    apply: (recording, random) => surround(at16k(recording), 1, -Infinity, random),
  },
  {
    name: 'silence-faint',
    label: '1 s of faint noise around',
    what: `One second of white Gaussian noise at −${-FAINT} dB (RMS, full scale) before and after: a quiet room.`,
    apply: (recording, random) => surround(at16k(recording), 1, FAINT, random),
  },
];

/** @throws {SerError} `usage` for a name that is not known, with those that are */
export function getCondition(name: string): Condition {
  const found = CONDITIONS.find((one) => one.name === name);
  if (found) return found;
  throw new SerError('usage', `there is no condition "${name}"; there are ${CONDITIONS.map((one) => one.name).join(', ')}`); // prettier-ignore
}

/**
 * A recording under a condition. The same recording, condition and seed give the same samples.
 * @param seed  such as `1/CLIP`: another clip has another noise and another room
 * @returns mono, 16 kHz
 * @throws {SerError} `audio` for a recording without samples
 */
export async function perturb(
  recording: Recording,
  condition: Condition,
  seed: number | string,
): Promise<Float32Array> {
  if (recording.samples.length === 0) throw new SerError('audio', 'The recording is empty: nothing can happen to it.');
  return condition.apply(recording, createRandom(seed));
}

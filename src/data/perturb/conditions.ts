import { SerError } from '../../error.ts';
import { resample } from '../../features/resample/resample.ts';
import { SAMPLE_RATE } from '../../features/types.ts';
import { createRandom, type Random } from '../../random.ts';
import type { Audio } from '../audio/read.ts';
import { clip, clipLoudest, gain, surround } from './levels.ts';
import { throughMp3 } from './mp3.ts';
import { reverberate, ROOM_DEFAULTS } from './room.ts';
import { addRecordedNoise } from './recordedNoise.ts';
import { addNoise } from './speechNoise.ts';
import { mobile, telephone, telephoneBand } from './telephone.ts';

/** A decoded recording: mono, full scale ±1, at the rate of its file. */
export type Recording = Pick<Audio, 'samples' | 'sampleRate'>;

/** A disturbance of recordings. */
export interface Condition {
  /** Used in options, reports and file names. */
  name: string;
  /** Used in charts. */
  label: string;
  /** Description with units. */
  what: string;
  /** Whether it takes recordings of noise. */
  recorded?: boolean;
  /**
   * @param noises  mono, 16 kHz; at least one for a condition that is `recorded`
   * @returns mono, 16 kHz; the recording is not modified
   */
  apply(recording: Recording, random: Random, noises: readonly Float32Array[]): Float32Array | Promise<Float32Array>;
}

const at16k = ({ samples, sampleRate }: Recording): Float32Array => resample(samples, sampleRate, SAMPLE_RATE);

const noise = (snr: number): Condition => ({
  name: `noise-${snr}`,
  label: `noise, SNR ${snr} dB`,
  what: `Speech-shaped Gaussian noise (spectrum: Byrne et al., 1994) at ${snr} dB SNR over the whole clip, pauses included; the same noise for a clip at every SNR.`,
  apply: (recording, random) => addNoise(at16k(recording), snr, random),
});

const recordedNoise = (snr: number): Condition => ({
  name: `recorded-noise-${snr}`,
  label: `recorded noise, SNR ${snr} dB`,
  what: `A random piece of one of the given recordings at ${snr} dB SNR over the whole clip, pauses included; the same piece for a clip at every SNR.`,
  recorded: true,
  apply: (recording, random, noises) => addRecordedNoise(at16k(recording), snr, random, noises),
});

/** dB, of both kinds of noise. */
const RATIOS = [20, 10, 0];
/** Share of the samples that hard clipping affects. */
const CLIPPED = 0.05;
/** dB relative to full scale. */
const FAINT = -70;

/** All conditions. The first, without any disturbance, is the reference for the others. To add one, add an entry. */
export const CONDITIONS: readonly Condition[] = [
  {
    name: 'clean',
    label: 'clean',
    what: 'The recording as it is, resampled to 16 kHz: the reference for the other conditions.',
    apply: at16k,
  },
  ...RATIOS.map(noise),
  ...RATIOS.map(recordedNoise),
  {
    name: 'gain-minus-20',
    label: 'gain −20 dB',
    what: 'A tenth of the amplitude.',
    apply: (recording) => gain(at16k(recording), -20),
  },
  {
    name: 'gain-plus-20',
    label: 'gain +20 dB',
    what: 'Ten times the amplitude in floating point, without clipping.',
    apply: (recording) => gain(at16k(recording), 20),
  },
  {
    name: 'gain-plus-6',
    label: 'gain +6 dB',
    what: 'Twice the amplitude in floating point, without clipping.',
    apply: (recording) => gain(at16k(recording), 6),
  },
  {
    name: 'gain-plus-6-clipped',
    label: 'gain +6 dB, clipped',
    what: 'Twice the amplitude, clipped at full scale at the rate of the file: only loud clips are affected.',
    apply: ({ samples, sampleRate }) => at16k({ samples: clip(gain(samples, 6)), sampleRate }),
  },
  {
    name: 'clipping',
    label: 'hard clipping, 5 %',
    what: `The loudest ${100 * CLIPPED} % of the samples (digital zeros not counted) are clipped at one limit, at the rate of the file.`,
    apply: ({ samples, sampleRate }) => at16k({ samples: clipLoudest(samples, CLIPPED), sampleRate }),
  },
  {
    name: 'telephone',
    label: 'telephone, µ-law',
    what: '300–3,400 Hz at 8 kHz, each sample one byte of µ-law (ITU-T G.711): a landline.',
    apply: telephone,
  },
  {
    name: 'telephone-band',
    label: 'telephone band',
    what: '300–3,400 Hz at 8 kHz: at least 60 dB less below 150 and above 3,550 Hz; no companding.',
    apply: telephoneBand,
  },
  {
    name: 'mobile',
    label: 'mobile, GSM',
    what: '300–3,400 Hz at 8 kHz, coded at 13 kbit/s by GSM full rate (ETSI EN 300 961): a mobile telephone.',
    apply: mobile,
  },
  {
    name: 'mp3-64',
    label: 'MP3, 64 kbit/s',
    what: 'LAME 3.100, mono at a constant 64 kbit/s, at the rate of the file; decoded by mpg123, with the delay removed.',
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

/** @throws {SerError} `usage` for an unknown name, listing the known ones */
export function getCondition(name: string): Condition {
  const found = CONDITIONS.find((one) => one.name === name);
  if (found) return found;
  throw new SerError('usage', `there is no condition "${name}"; there are ${CONDITIONS.map((one) => one.name).join(', ')}`); // prettier-ignore
}

/** @throws {SerError} `usage` for a condition of recorded noise without any */
export function checkNoises({ name, recorded }: Condition, noises: readonly unknown[]): void {
  if (!recorded || noises.length > 0) return;
  throw new SerError('usage', `The condition ${name} takes recordings of noise: give a folder of them with --noise.`);
}

/**
 * A recording under a condition. The same recording, condition, seed and noises give the same samples.
 * @param seed  such as `1/CLIP`: each clip has noise and a room of its own
 * @param noises  recordings of noise, mono, 16 kHz, for the conditions that take some
 * @returns mono, 16 kHz
 * @throws {SerError} `audio` for a recording without samples, `usage` for a condition of recorded noise without any
 */
export async function perturb(
  recording: Recording,
  condition: Condition,
  seed: number | string,
  noises: readonly Float32Array[] = [],
): Promise<Float32Array> {
  checkNoises(condition, noises);
  if (recording.samples.length === 0)
    throw new SerError('audio', 'The recording is empty: there is nothing to disturb.');
  return condition.apply(recording, createRandom(seed), noises);
}

import { createMp3Encoder } from 'wasm-media-encoders';
import { resample } from '../../features/resample/resample.ts';
import { SAMPLE_RATE } from '../../features/types.ts';
import { type Audio, decodeAudio } from '../audio/read.ts';
import { fixLength } from '../augment/timeStretch.ts';
import { memoize } from '../../memoize.ts';

/** Sampling rates of MP3, Hz. */
const RATES = [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];
/** Delay of LAME's encoder and any decoder together in samples; the file does not state it. */
const DELAY = 576 + 529;

const encoder = memoize(createMp3Encoder);

/**
 * A recording as an MP3 file: LAME 3.100, constant bit rate, mono, at the recording's own rate (at 16 kHz if MP3 lacks that rate).
 * @param bitrate  kbit/s
 */
export async function encodeMp3(recording: Pick<Audio, 'samples' | 'sampleRate'>, bitrate: 64): Promise<Uint8Array> {
  const { samples, sampleRate } = encodable(recording);
  // No pause from here on: the encoder does one file at a time.
  const lame = await encoder();
  lame.configure({ sampleRate, channels: 1, bitrate });
  // Copied: the encoder reuses its memory.
  const [body, end] = [lame.encode([samples]).slice(), lame.finalize().slice()];
  const bytes = new Uint8Array(body.length + end.length);
  bytes.set(body);
  bytes.set(end, body.length);
  return bytes;
}

/**
 * A recording after MP3 compression, with the codec's delay removed, so that length and timing are unchanged.
 * @returns mono, 16 kHz
 */
export async function throughMp3(recording: Pick<Audio, 'samples' | 'sampleRate'>, bitrate: 64): Promise<Float32Array> {
  const { samples, sampleRate } = encodable(recording);
  const decoded = await decodeAudio(await encodeMp3({ samples, sampleRate }, bitrate), 'its MP3');
  const inStep = fixLength(decoded.samples.subarray(DELAY), samples.length);
  return sampleRate === SAMPLE_RATE ? inStep : resample(inStep, sampleRate, SAMPLE_RATE);
}

function encodable({ samples, sampleRate }: Pick<Audio, 'samples' | 'sampleRate'>) {
  return RATES.includes(sampleRate)
    ? { samples, sampleRate }
    : { samples: resample(samples, sampleRate, SAMPLE_RATE), sampleRate: SAMPLE_RATE };
}

import { SerError } from '../../../error.ts';
import { type BlockResampler, createBlockResampler } from '../../../features/resample/resampleBlocks.ts';
import { SAMPLE_RATE } from '../../../features/types.ts';
import { plainCodec, viewOf } from '../pcm/samples.ts';
import { FORMAT_BYTES, readWaveFormat, type WaveFormat } from '../pcm/waveFormat.ts';
import { riffChunks } from '../pcm/chunks.ts';
import { mixDown } from '../read.ts';
import { joinBytes } from '../source.ts';

export interface LiveBlocksOptions {
  /** Sampling rate of raw samples in Hz; WAV has its own. @default 16000 */
  rate?: number;
  /** Name of the source in messages. @default 'the sound' */
  name?: string;
}

/** Limits of the rate of raw samples in Hz. */
export const LIVE_RATES = { least: 8000, most: 192_000 } as const;

/** Seconds that wait for being resampled. */
const RESAMPLED = 0.1;

/** Chunks before the samples of a WAV may have no more bytes together. */
const MOST_HEAD = 65_536;

/** Programs that write into a pipe leave a size such as this in the header, or above: the samples go on to the end. */
const OPEN_ENDED = 2 ** 31 - 65_536;

/**
 * The signal of sound that is still being recorded, from its bytes: raw 16-bit samples (little-endian, mono), or WAV of any encoding, which
 * is recognised by its first bytes. Memory does not grow.
 * @param bytes  in pieces of any size
 * @returns  blocks, mono, 16 kHz, full scale ±1, at most a tenth of a second late
 * @throws {SerError} `usage` for a rate out of range; `audio` for a WAV header that cannot be used
 */
export async function* liveBlocks(
  bytes: AsyncIterable<Uint8Array>,
  { rate = SAMPLE_RATE, name = 'the sound' }: LiveBlocksOptions = {},
): AsyncGenerator<Float32Array, void> {
  checkRate(rate);
  const raw: WaveFormat = {
    sampleRate: rate,
    codec: plainCodec({ encoding: 'signed', width: 2, littleEndian: true, channels: 1 }),
  };
  let head: WavHead | undefined;
  let resampler: BlockResampler | undefined;
  let rest: Uint8Array = new Uint8Array(0);
  try {
    for await (const piece of bytes) {
      rest = joinBytes([rest, piece]);
      if (!head) {
        head = isWav(rest) ? wavHead(rest) : rest.length < TAG.length ? undefined : { start: 0, bytes: Infinity, format: raw }; // prettier-ignore
        if (!head) continue;
        rest = rest.slice(head.start);
      }
      const { codec, sampleRate } = head.format;
      resampler ??= createBlockResampler(sampleRate, SAMPLE_RATE, RESAMPLED);
      const whole = Math.min(head.bytes, rest.length - (rest.length % codec.blockBytes));
      if (whole > 0) yield* resampler.push(mixDown(codec.decode(rest.subarray(0, whole))));
      head.bytes -= whole;
      rest = rest.slice(whole);
      if (head.bytes === 0) break;
    }
  } catch (error) {
    if (!(error instanceof SerError)) throw error;
    throw new SerError(error.code, `${name}: ${error.message}`, { cause: error });
  }
  if (!head && rest.length >= TAG.length) {
    throw new SerError('audio', `${name}: it ends within its WAV header`);
  }
  if (resampler) yield resampler.end();
}

/** @throws {SerError} `usage` */
function checkRate(rate: number): void {
  if (Number.isInteger(rate) && rate >= LIVE_RATES.least && rate <= LIVE_RATES.most) return;
  throw new SerError('usage', `The rate is ${rate} Hz; it must be a whole number from ${LIVE_RATES.least} to ${LIVE_RATES.most}.`); // prettier-ignore
}

interface WavHead {
  /** Position of the first sample. */
  start: number;
  /** Bytes of samples. */
  bytes: number;
  format: WaveFormat;
}

const TAG = 'RIFF';

function isWav(bytes: Uint8Array): boolean {
  const first = bytes.subarray(0, TAG.length);
  return first.length === TAG.length && String.fromCharCode(...first) === TAG;
}

/** @returns undefined if there are not enough bytes yet */
function wavHead(bytes: Uint8Array): WavHead | undefined {
  if (bytes.length > MOST_HEAD) throw new SerError('audio', 'its WAV header has no end');
  let format: WaveFormat | undefined;
  for (let at = 12; at + riffChunks.headerBytes <= bytes.length;) {
    const start = at + riffChunks.headerBytes;
    const { id, size } = riffChunks.read(viewOf(bytes.subarray(at, start)));
    if (id === 'data') {
      if (!format) throw new SerError('audio', 'it has no "fmt " chunk, which says how the samples are stored');
      return { start, bytes: size === 0 || size >= OPEN_ENDED ? Infinity : size, format };
    }
    if (start + size > MOST_HEAD) throw new SerError('audio', 'its WAV header has no end');
    if (start + size > bytes.length) return undefined;
    if (id === 'fmt ') format = readWaveFormat(viewOf(bytes.slice(start, start + Math.min(size, FORMAT_BYTES))), true);
    at = start + Math.ceil(size / riffChunks.align) * riffChunks.align;
  }
  return undefined;
}

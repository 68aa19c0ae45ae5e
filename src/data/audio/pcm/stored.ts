import { SerError } from '../../../error.ts';
import { BLOCK_SAMPLES, type ByteSource, type DecodeContext, type DecodedBlock } from '../format.ts';
import { checkShape, type SampleCodec } from './samples.ts';

/** A range of a file that contains samples. */
export interface Stretch {
  start: number;
  /** Bytes according to the file's header; the file may end earlier. */
  bytes: number;
}

/** Description of the samples in the header of a file. */
export interface StoredSamples {
  codec: SampleCodec;
  sampleRate: number;
  /** In order. */
  stretches: readonly Stretch[];
}

/** Programs that cannot seek back leave a size near one of these, or above them. */
const [LIMIT_31, LIMIT_32] = [2 ** 31, 2 ** 32];
const NEAR = 65_536;
/** Nine hours of speech; a file with less than a tenth of that much was never that long. */
const HUGE = 1e9;
/** Programs that count the header as samples add 44 bytes (of WAV) in most cases, or 8 less. */
const WAV_HEADER = 44;

/**
 * The intended number of bytes of samples: the size in the header, if it is meaningful.
 * A size left behind by a program that wrote into a pipe, was ended, or counted the header as samples means "to the end".
 * @param size  in the header
 * @param start  position of the first sample
 * @returns more than the file has, if it is cut short
 */
export function meantBytes(size: number, start: number, source: ByteSource): number {
  const left = Math.max(0, source.size - start);
  if (size === 0 || size === LIMIT_32 - 1) return left;
  if (size <= left) return size;
  const unfinished = Math.abs(size - LIMIT_31) <= NEAR || size >= LIMIT_32 - NEAR || (size >= HUGE && left < size / 10);
  const countsHeader = [8, WAV_HEADER - 8, WAV_HEADER, start - 8, start].includes(size - left);
  return unfinished || countsHeader ? left : size;
}

/** Decodes samples stored in a file, block by block. */
export async function* decodeStored(
  source: ByteSource,
  context: DecodeContext,
  { codec, sampleRate, stretches }: StoredSamples,
): AsyncGenerator<DecodedBlock> {
  checkShape(codec.channels, sampleRate);
  const present = stretches.map(({ start, bytes }) => ({ start, bytes: Math.min(bytes, source.size - start) }));
  const framesOf = (parts: readonly Stretch[]): number =>
    parts.reduce((sum, { bytes }) => sum + codec.framesIn(bytes), 0);
  const [meant, there] = [framesOf(stretches), framesOf(present)];
  context.announce(there, sampleRate);

  const bite = codec.blockBytes * Math.max(1, Math.floor(BLOCK_SAMPLES / (codec.channels * codec.blockFrames)));
  for (const { start, bytes } of present) {
    for (let at = 0; at < bytes; at += bite) {
      const count = Math.min(bite, bytes - at);
      const part = await source.read(start + at, count);
      if (part.length < count) throw new SerError('audio', 'it became shorter while it was being read');
      yield* inBounds({ channels: codec.decode(part), sampleRate });
    }
  }
  if (there < meant) context.cutShort(missingText(meant - there, meant, sampleRate), meant - there <= LITTLE * meant);
}

/** Splits blocks: an ADPCM block of many bytes may have more samples than a block may have. */
function* inBounds({ channels, sampleRate }: DecodedBlock): Generator<DecodedBlock> {
  const most = Math.floor(BLOCK_SAMPLES / channels.length);
  for (let at = 0; at < channels[0].length; at += most) {
    yield { channels: channels.map((samples) => samples.subarray(at, at + most)), sampleRate };
  }
}

/** Share of a recording whose loss is too small for it to have been cut short. */
const LITTLE = 0.01;

function missingText(missing: number, whole: number, sampleRate: number): string {
  if (missing < 0.01 * sampleRate) return `${missing} of ${whole} samples are missing`;
  const [seconds, all] = [missing, whole].map((samples) => (samples / sampleRate).toFixed(2));
  return `${seconds} of ${all} s are missing`;
}

/**
 * Refuses samples in an encoding that cannot be decoded here.
 * @param encoding  its usual name: "GSM 6.10"
 */
export function refuseEncoding(encoding: string): never {
  throw new SerError(
    'audio',
    `its samples are ${encoding}; convert it to PCM, for example with ffmpeg -i IN -c:a pcm_s16le out.wav`,
  );
}

import { SerError } from '../../error.ts';
import { checkOgg, readFlacInfo, readMp3Info, withoutId3, type StreamInfo } from './compressed/containers.ts';
import { flac, mpeg, vorbis } from './compressed/decoders.ts';
import { type Audio, type AudioBlock, decodeWav, type ReadBytes, readWavLayout, wavBlocks } from './pcm/wav.ts';

export interface DecodeOptions {
  /** A longer recording is refused before (WAV, FLAC) or while (MP3, Ogg) it is decoded. Default: one hour. */
  maxSeconds?: number;
}

/**
 * Decodes a recording of any rate and channel count. What it is, is told by its bytes, never by its name.
 * Runs in Node, Deno and the browser.
 * @param bytes  a whole WAV, FLAC, MP3 or Ogg Vorbis file
 * @param name  stands in error messages
 * @throws {SerError} `audio` for anything that is not such a file, is damaged, cut short, empty or too long
 */
export async function decodeAudio(
  bytes: Uint8Array,
  name = 'audio',
  { maxSeconds = 3600 }: DecodeOptions = {},
): Promise<Audio> {
  try {
    return isWav(bytes) ? decodeWav(bytes, maxSeconds) : await join(decodeBlocks(bytes, maxSeconds));
  } catch (error) {
    throw named(error, name);
  }
}

/** The same error, said of that recording. */
export function named(error: unknown, name: string): SerError {
  const reason = error instanceof SerError ? error.message : `it cannot be decoded (${(error as Error).message})`;
  return new SerError('audio', `${name}: ${reason}`, { cause: error });
}

/**
 * As `decodeAudio`, one block after the other: only the bytes as they are stored are ever held whole.
 * @throws {SerError} likewise, without a name; what is cut short or too long may show only after its blocks have been given
 */
export async function* decodeBlocks(bytes: Uint8Array, maxSeconds: number): AsyncGenerator<AudioBlock> {
  if (bytes.length === 0) throw new SerError('audio', 'it is empty');
  if (isWav(bytes)) {
    const read: ReadBytes = (at, count) => new DataView(bytes.buffer, bytes.byteOffset + at, count);
    yield* wavBlocks(read, readWavLayout(read, bytes.length, maxSeconds));
    return;
  }
  const body = withoutId3(bytes); // FLAC and MP3 may stand between ID3 tags
  if (startsWith(body, 'fLaC')) {
    const info = readFlacInfo(body);
    checkLength(info.samples / info.sampleRate, maxSeconds);
    const most = Math.min(maxSeconds * info.sampleRate, info.samples || Infinity);
    yield* asPromised(flac(body, most), info);
  } else if (startsWith(bytes, 'OggS')) {
    const { sampleRate } = checkOgg(bytes);
    yield* vorbis(bytes, maxSeconds * sampleRate);
  } else {
    const info = readMp3Info(body);
    if (!info) throw new SerError('audio', `it is ${foreign(bytes)}; WAV, FLAC, MP3 and Ogg Vorbis can be read`);
    yield* asPromised(mpeg(body, maxSeconds * info.sampleRate), info);
  }
}

/** Passes blocks on, and throws after the last one if there were fewer samples than the header says. */
async function* asPromised(blocks: AsyncIterable<AudioBlock>, info: StreamInfo): AsyncGenerator<AudioBlock> {
  let total = 0;
  for await (const block of blocks) {
    total += block.samples.length;
    yield { ...block, channels: info.channels };
  }
  if (total < info.samples) {
    throw new SerError(
      'audio',
      `it is cut short or damaged: its header counts ${info.samples} samples, ${total} are there`,
    );
  }
}

async function join(blocks: AsyncIterable<AudioBlock>): Promise<Audio> {
  const parts: Float32Array[] = [];
  let sampleRate = 0;
  let channels = 0;
  for await (const block of blocks) {
    parts.push(block.samples);
    ({ sampleRate, channels } = block);
  }
  const samples = joinSamples(parts);
  return { samples, sampleRate, channels, seconds: samples.length / sampleRate };
}

/** Parts of a signal, one after the other. */
export function joinSamples(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function checkLength(seconds: number, maxSeconds: number): void {
  if (seconds > maxSeconds) {
    throw new SerError('audio', `it lasts ${seconds.toFixed(1)} s; the limit is ${maxSeconds} s`);
  }
}

/** Told by its first bytes; big-endian ones too, which `decodeWav` refuses in words. */
export function isWav(bytes: Uint8Array): boolean {
  return ['RIFF', 'RF64', 'RIFX'].some((tag) => startsWith(bytes, tag));
}

function startsWith(bytes: Uint8Array, text: string, at = 0): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** What people are likely to have given instead. */
function foreign(bytes: Uint8Array): string {
  if (startsWith(bytes, 'ftyp', 4)) return 'an MP4 or M4A file';
  if (startsWith(bytes, '\x1a\x45\xdf\xa3')) return 'a WebM or Matroska file';
  if (startsWith(bytes, 'FORM')) return 'an AIFF file';
  if (startsWith(bytes, 'version https://git-lfs')) return 'a Git LFS pointer, not the audio itself';
  return 'not an audio file that is known here';
}

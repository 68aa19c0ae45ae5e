import { FLACDecoder } from '@wasm-audio-decoders/flac';
import { OggVorbisDecoder } from '@wasm-audio-decoders/ogg-vorbis';
import { MPEGDecoder } from 'mpg123-decoder';
import { SerError } from '../error.ts';
import { checkOgg, readFlacInfo, readMp3Info, withoutId3 } from './containers.ts';
import { type Audio, decodeWav } from './wav.ts';

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
    return await decode(bytes, maxSeconds);
  } catch (error) {
    const reason = error instanceof SerError ? error.message : `it cannot be decoded (${(error as Error).message})`;
    throw new SerError('audio', `${name}: ${reason}`, { cause: error });
  }
}

async function decode(bytes: Uint8Array, maxSeconds: number): Promise<Audio> {
  if (bytes.length === 0) throw new SerError('audio', 'it is empty');
  if (['RIFF', 'RF64', 'RIFX'].some((tag) => startsWith(bytes, tag))) return decodeWav(bytes, maxSeconds);

  const body = withoutId3(bytes); // FLAC and MP3 may stand between ID3 tags
  if (startsWith(body, 'fLaC')) {
    const info = readFlacInfo(body);
    checkLength(info.samples / info.sampleRate, maxSeconds);
    const audio = await flac.decode(withTail(body), Math.min(maxSeconds * info.sampleRate, info.samples || Infinity));
    if (audio.samples.length < info.samples) {
      throw new SerError(
        'audio',
        `it is cut short or damaged: ${audio.samples.length} of ${info.samples} samples decode`,
      );
    }
    return { ...audio, channels: info.channels };
  }
  if (startsWith(bytes, 'OggS')) {
    const { sampleRate } = checkOgg(bytes);
    return vorbis.decode(bytes, maxSeconds * sampleRate);
  }
  const mp3 = readMp3Info(body);
  if (!mp3) {
    throw new SerError('audio', `it is ${foreign(bytes)}; WAV, FLAC, MP3 and Ogg Vorbis can be read`);
  }
  const audio = await mpeg.decode(body, maxSeconds * mp3.sampleRate);
  if (audio.samples.length < mp3.samples) {
    throw new SerError(
      'audio',
      `it is cut short: its header counts ${mp3.samples} samples, ${audio.samples.length} are there`,
    );
  }
  return { ...audio, channels: mp3.channels };
}

/** The FLAC decoder holds a last, short frame back until it has seen a few bytes beyond it. */
function withTail(bytes: Uint8Array): Uint8Array {
  const longer = new Uint8Array(bytes.length + 64);
  longer.set(bytes);
  return longer;
}

interface Decoded {
  channelData: Float32Array[];
  samplesDecoded: number;
  sampleRate: number;
  bitDepth?: number;
  errors: { message: string }[];
}

interface Decoder {
  ready: Promise<void>;
  decode(bytes: Uint8Array): Decoded | Promise<Decoded>;
  flush?(): Promise<Decoded>;
  reset(): Promise<void>;
  free(): void;
}

const flac = decoderPool(() => new FLACDecoder(), toNegativeFullScale);
const vorbis = decoderPool(() => new OggVorbisDecoder());
const mpeg = decoderPool(() => new MPEGDecoder());

/** Small bites keep what a hostile file can blow up to, before the sample count is looked at, within bounds. */
const BITE = 16_384;

/**
 * Keeps WebAssembly decoders for the next file: making one costs more than decoding a short clip.
 * A decoder serves one file at a time, and one that met an error is thrown away.
 */
function decoderPool(
  create: () => Decoder,
  correct: (part: Decoded) => void = () => undefined,
): { decode(bytes: Uint8Array, maxSamples: number): Promise<Audio> } {
  const idle: Decoder[] = [];

  return {
    async decode(bytes, maxSamples) {
      const decoder = idle.pop() ?? create();
      await decoder.ready;
      try {
        const audio = await run(decoder, bytes, maxSamples, correct);
        idle.push(decoder);
        return audio;
      } catch (error) {
        decoder.free();
        throw error;
      }
    },
  };
}

async function run(
  decoder: Decoder,
  bytes: Uint8Array,
  maxSamples: number,
  correct: (part: Decoded) => void,
): Promise<Audio> {
  const parts: Float32Array[] = [];
  let total = 0;
  let sampleRate = 0;
  let channels = 0;
  const take = (part: Decoded): void => {
    if (part.errors.length > 0) throw new SerError('audio', `it is damaged (${part.errors[0].message})`);
    if (part.samplesDecoded === 0) return;
    if (sampleRate !== 0 && (part.sampleRate !== sampleRate || part.channelData.length !== channels)) {
      throw new SerError('audio', 'its sample rate or channel count changes on the way');
    }
    sampleRate = part.sampleRate;
    channels = part.channelData.length;
    total += part.samplesDecoded;
    if (total > maxSamples) throw new SerError('audio', `it is longer than its header or the limit allows`);
    correct(part);
    parts.push(mixDown(part.channelData));
  };

  for (let at = 0; at < bytes.length; at += BITE) {
    take(await withoutConsole(() => decoder.decode(bytes.subarray(at, at + BITE))));
  }
  if (decoder.flush) take(await withoutConsole(() => decoder.flush!()));
  else await decoder.reset();
  if (total === 0) throw new SerError('audio', 'it holds no samples');

  const samples = new Float32Array(total);
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  return { samples, sampleRate, channels, seconds: total / sampleRate };
}

/** The FLAC decoder divides 16-bit samples by 32767; libsndfile and the WAV reader divide by 32768. */
function toNegativeFullScale({ channelData, bitDepth = 16 }: Decoded): void {
  const fullScale = 2 ** (bitDepth - 1);
  for (const channel of channelData) {
    for (let i = 0; i < channel.length; i++) channel[i] = Math.round(channel[i] * (fullScale - 1)) / fullScale;
  }
}

function mixDown(channels: Float32Array[]): Float32Array {
  if (channels.length === 1) return channels[0];
  const mean = new Float32Array(channels[0].length);
  for (let i = 0; i < mean.length; i++) {
    let sum = 0;
    for (const channel of channels) sum += channel[i];
    mean[i] = sum / channels.length;
  }
  return mean;
}

/**
 * The decoders print their errors besides returning them; ours are thrown, once.
 * They print before their first `await`, so that nobody else's output can be lost meanwhile.
 */
function withoutConsole<T>(work: () => T): T {
  /* eslint-disable no-console */
  const print = console.error;
  console.error = () => undefined;
  try {
    return work();
  } finally {
    console.error = print;
  }
  /* eslint-enable no-console */
}

function checkLength(seconds: number, maxSeconds: number): void {
  if (seconds > maxSeconds) {
    throw new SerError('audio', `it lasts ${seconds.toFixed(1)} s; the limit is ${maxSeconds} s`);
  }
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

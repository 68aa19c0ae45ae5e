import { FLACDecoder } from '@wasm-audio-decoders/flac';
import { OggVorbisDecoder } from '@wasm-audio-decoders/ogg-vorbis';
import { MPEGDecoder } from 'mpg123-decoder';
import { SerError } from '../error.ts';
import type { AudioBlock } from './wav.ts';

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

/** Blocks of a FLAC file. */
export const flac = decoderPool(() => new FLACDecoder(), toNegativeFullScale);
/** Blocks of an Ogg Vorbis file. */
export const vorbis = decoderPool(() => new OggVorbisDecoder());
/** Blocks of an MP3 file. */
export const mpeg = decoderPool(() => new MPEGDecoder());

/** Small bites keep what a hostile file can blow up to, before the sample count is looked at, within bounds. */
const BITE = 16_384;

/** Gives a file block by block. @throws {SerError} `audio` if it is damaged, holds nothing, or more than `maxSamples` */
type BlockDecoder = (bytes: Uint8Array, maxSamples: number) => AsyncGenerator<AudioBlock>;

/**
 * Keeps WebAssembly decoders for the next file: making one costs more than decoding a short clip.
 * A decoder serves one file at a time, and one that did not come to the end of it is thrown away.
 */
function decoderPool(create: () => Decoder, correct: (part: Decoded) => void = () => undefined): BlockDecoder {
  const idle: Decoder[] = [];

  return async function* (bytes, maxSamples) {
    const decoder = idle.pop() ?? create();
    await decoder.ready;
    let finished = false;
    try {
      yield* run(decoder, bytes, maxSamples, correct);
      finished = true;
    } finally {
      if (finished) idle.push(decoder);
      else decoder.free();
    }
  };
}

async function* run(
  decoder: Decoder,
  bytes: Uint8Array,
  maxSamples: number,
  correct: (part: Decoded) => void,
): AsyncGenerator<AudioBlock> {
  let total = 0;
  let sampleRate = 0;
  let channels = 0;
  const check = (part: Decoded): AudioBlock[] => {
    if (part.errors.length > 0) throw new SerError('audio', `it is damaged (${part.errors[0].message})`);
    if (part.samplesDecoded === 0) return [];
    if (sampleRate !== 0 && (part.sampleRate !== sampleRate || part.channelData.length !== channels)) {
      throw new SerError('audio', 'its sample rate or channel count changes on the way');
    }
    sampleRate = part.sampleRate;
    channels = part.channelData.length;
    total += part.samplesDecoded;
    if (total > maxSamples) throw new SerError('audio', `it is longer than its header or the limit allows`);
    correct(part);
    return [{ samples: mixDown(part.channelData), sampleRate, channels }];
  };

  for (let at = 0; at < bytes.length; at += BITE) {
    yield* check(await withoutConsole(() => decoder.decode(bytes.subarray(at, at + BITE))));
  }
  if (decoder.flush) yield* check(await withoutConsole(() => decoder.flush!()));
  else await decoder.reset();
  if (total === 0) throw new SerError('audio', 'it holds no samples');
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

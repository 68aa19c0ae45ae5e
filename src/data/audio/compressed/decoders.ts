import { FLACDecoder } from '@wasm-audio-decoders/flac';
import { OggVorbisDecoder } from '@wasm-audio-decoders/ogg-vorbis';
import CodecParser, { type CodecFrame } from 'codec-parser';
import { MPEGDecoder } from 'mpg123-decoder';
import { SerError } from '../../../error.ts';
import { checkOgg, readFlacInfo, readMp3Info, type StreamInfo, withoutId3 } from './containers.ts';
import type { ByteSource, DecodeContext, DecodedBlock } from '../format.ts';
import { wholeSource } from '../source.ts';

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

/** Decodes FLAC. */
export async function* decodeFlac(source: ByteSource, context: DecodeContext): AsyncGenerator<DecodedBlock> {
  const body = withoutId3(await wholeSource(source));
  const info = readFlacInfo(body);
  context.announce(info.samples, info.sampleRate);
  yield* asPromised(flac(body, info.samples || Infinity), info, context);
}

/** Decodes Ogg Vorbis. */
export async function* decodeVorbis(source: ByteSource): AsyncGenerator<DecodedBlock> {
  const bytes = await wholeSource(source);
  checkOgg(bytes);
  yield* vorbis(bytes, Infinity);
}

/** Decodes MP3. */
export async function* decodeMp3(source: ByteSource, context: DecodeContext): AsyncGenerator<DecodedBlock> {
  const body = withoutId3(await wholeSource(source));
  const info = readMp3Info(body)!;
  for await (const block of asPromised(mpeg(body, Infinity), info, context)) {
    yield { ...block, channels: block.channels.slice(0, info.channels) };
  }
}

/** Passes blocks on, and says so after the last one if there were fewer samples than the header says. */
async function* asPromised(
  blocks: AsyncIterable<DecodedBlock>,
  info: StreamInfo,
  context: DecodeContext,
): AsyncGenerator<DecodedBlock> {
  let total = 0;
  for await (const block of blocks) {
    total += block.channels[0].length;
    yield block;
  }
  if (total < info.samples) {
    const [missing, whole] = [info.samples - total, info.samples].map((samples) => samples / info.sampleRate);
    context.cutShort(`${missing.toFixed(2)} of ${whole.toFixed(2)} s are missing`);
  }
}

const flac = decoderPool(createFlacDecoder, toNegativeFullScale);
const vorbis = decoderPool(() => new OggVorbisDecoder());
const mpeg = decoderPool(() => new MPEGDecoder());

/** Small bites keep what a hostile file can blow up to, before the sample count is looked at, within bounds. */
const BITE = 16_384;

/** Gives a file block by block. @throws {SerError} `audio` if it is damaged, holds nothing, or more than `maxSamples` */
type BlockDecoder = (bytes: Uint8Array, maxSamples: number) => AsyncGenerator<DecodedBlock>;

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

/** A last, short frame is held back until a few bytes beyond it have been seen. */
const TAIL = new Uint8Array(64);
/** A FLAC frame of 16 silent samples. */
const SILENCE = Uint8Array.of(0xff, 0xf8, 0x65, 0x08, 0x00, 0x0f, 0xd8, 0x00, 0x00, 0x00, 0x26, 0x85);

/**
 * The decoder's own `flush` makes its WebAssembly instance anew: sixteen megabytes a file, which keep the garbage collector
 * busy and other threads waiting for the memory map. Frame by frame it goes on with the next file, if it is at the end of a
 * frame: whether it is, a frame of silence tells.
 */
function createFlacDecoder(): Decoder {
  const decoder = new FLACDecoder();
  const createParser = () => new CodecParser<CodecFrame>('audio/flac', { enableFrameCRC32: false });
  let parser = createParser();
  const framesOf = (iterator: Iterator<CodecFrame>): Uint8Array[] =>
    Array.from({ [Symbol.iterator]: () => iterator }, ({ data }) => data);
  return {
    ready: decoder.ready,
    decode: (bytes) => decoder.decodeFrames(framesOf(parser.parseChunk(bytes))),
    flush: async () => {
      const frames = [...framesOf(parser.parseChunk(TAIL)), ...framesOf(parser.flush())];
      const last = frames.at(-1);
      if (last) frames[frames.length - 1] = last.subarray(0, last.length - TAIL.length);
      parser = createParser();
      const [rest, silence] = await Promise.all([decoder.decodeFrames(frames), decoder.decodeFrames([SILENCE])]);
      if (silence.errors.length > 0 || silence.samplesDecoded !== 16) await decoder.reset();
      return rest;
    },
    reset: () => decoder.reset(),
    free: () => decoder.free(),
  };
}

async function* run(
  decoder: Decoder,
  bytes: Uint8Array,
  maxSamples: number,
  correct: (part: Decoded) => void,
): AsyncGenerator<DecodedBlock> {
  let total = 0;
  let sampleRate = 0;
  let channels = 0;
  const check = (part: Decoded): DecodedBlock[] => {
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
    return [{ channels: part.channelData, sampleRate }];
  };

  for (let at = 0; at < bytes.length; at += BITE) {
    yield* check(await withoutConsole(() => decoder.decode(bytes.subarray(at, at + BITE))));
  }
  if (decoder.flush) yield* check(await withoutConsole(() => decoder.flush!()));
  else await decoder.reset();
}

/** The FLAC decoder divides 16-bit samples by 32767; libsndfile and the WAV reader divide by 32768. */
function toNegativeFullScale({ channelData, bitDepth = 16 }: Decoded): void {
  const fullScale = 2 ** (bitDepth - 1);
  for (const channel of channelData) {
    for (let i = 0; i < channel.length; i++) channel[i] = Math.round(channel[i] * (fullScale - 1)) / fullScale;
  }
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

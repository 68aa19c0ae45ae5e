import { SerError } from '../../../error.ts';
import { BLOCK_SAMPLES, type ByteSource, type DecodeContext, type DecodedBlock } from '../format.ts';
import { int16ToFloat32 } from './int16.ts';

/** Where the samples lie and how to read them; every figure is checked against the bytes that are there. */
interface WavLayout {
  encoding: 'pcm' | 'float';
  bits: number;
  channels: number;
  sampleRate: number;
  /** The byte at which the first sample begins. */
  dataStart: number;
  /** Bytes of one sample of all channels. */
  frameSize: number;
  frames: number;
}

type Format = Omit<WavLayout, 'dataStart' | 'frames'>;

/** What programs that write into a pipe leave in the size fields: FFmpeg all ones, SoX 2 GiB less a page. */
const STREAMED = new Set([0xffffffff, 0x7ffff000]);

/** The 14 bytes behind the format tag in a sub-format of WAVE_FORMAT_EXTENSIBLE (KSDATAFORMAT_SUBTYPE_*). */
const SUBTYPE_GUID = '000000001000800000aa00389b71';

const OTHER_ENCODINGS: Record<number, string> = {
  0x02: 'Microsoft ADPCM',
  0x06: 'A-law',
  0x07: 'µ-law',
  0x11: 'IMA ADPCM',
  0x31: 'GSM 6.10',
  0x50: 'MPEG layer II',
  0x55: 'MP3',
  0xff: 'AAC',
};

/** More than any microphone array has. */
const MAX_CHANNELS = 256;

const fail = (message: string): never => {
  throw new SerError('audio', message);
};

/**
 * Decodes a WAV file: PCM of 8, 16, 24 or 32 bits, float of 32 or 64, plain or extensible, RIFF or RF64.
 * Integers are divided by their negative full scale (int16 / 32768), as libsndfile does.
 * Size fields of 0 or all ones, as left by a program that wrote into a pipe, mean "until the end of the file".
 * @throws {SerError} `audio` if the header contradicts itself or the bytes
 */
export async function* decodeWav(source: ByteSource, context: DecodeContext): AsyncGenerator<DecodedBlock> {
  const layout = await readWavLayout(source);
  const { sampleRate, channels, dataStart, frameSize, frames } = layout;
  context.announce(frames, sampleRate);
  const blockFrames = Math.max(1, Math.floor(BLOCK_SAMPLES / channels));
  for (let first = 0; first < frames; first += blockFrames) {
    const count = Math.min(blockFrames, frames - first);
    const view = viewOf(await source.read(dataStart + first * frameSize, count * frameSize));
    if (view.byteLength < count * frameSize) fail('it was cut short while it was read');
    yield { channels: readSamples(view, layout), sampleRate };
  }
}

/** The samples of each channel, of whole frames that lie one after the other. */
function readSamples(view: DataView, { encoding, bits, channels, frameSize }: WavLayout): Float32Array[] {
  // What nearly all files are, without a call a sample.
  if (encoding === 'pcm' && bits === 16 && channels === 1) return [int16ToFloat32(int16Of(view))];
  const read = sampleReader(view, encoding, bits);
  const width = bits / 8;
  return Array.from({ length: channels }, (_, channel) => {
    const samples = new Float32Array(view.byteLength / frameSize);
    for (let frame = 0, at = channel * width; frame < samples.length; frame++, at += frameSize)
      samples[frame] = read(at);
    return samples;
  });
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

/** 16-bit samples, little-endian as the machine's own numbers are wherever the WebAssembly kernels run. */
function int16Of({ buffer, byteOffset, byteLength }: DataView): Int16Array {
  if (byteOffset % 2 === 0) return new Int16Array(buffer, byteOffset, byteLength >> 1);
  return new Int16Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

/** The bytes of a mono 16-bit WAV file; samples beyond ±1 are clipped. */
export function encodeWav(samples: ArrayLike<number>, sampleRate: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(44 + 2 * samples.length);
  const view = new DataView(bytes.buffer);
  const tag = (at: number, text: string): void => bytes.set(new TextEncoder().encode(text), at);
  tag(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  tag(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, 2 * sampleRate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  tag(36, 'data');
  view.setUint32(40, 2 * samples.length, true);
  for (let i = 0; i < samples.length; i++) {
    view.setInt16(44 + 2 * i, Math.max(-32768, Math.min(32767, Math.round(samples[i] * 32768))), true);
  }
  return bytes;
}

/** Reads the chunks of a WAV file up to its samples. @throws {SerError} `audio`, as `decodeWav` does */
async function readWavLayout(source: ByteSource): Promise<WavLayout> {
  const length = source.size;
  const read = async (at: number, count: number): Promise<DataView> => viewOf(await source.read(at, count));
  if (length < 12) fail(`it has ${length} bytes, too few for a WAV header`);
  const header = await read(0, 12);
  const container = fourCharacters(header, 0);
  if (container === 'RIFX') fail('it is a big-endian WAV file (RIFX); convert it to a plain WAV');
  if (fourCharacters(header, 8) !== 'WAVE') fail('it is not a WAV file');

  const riffSize = header.getUint32(4, true);
  let format: Format | undefined;
  let data: { start: number; size: number } | undefined;
  let size64: number | undefined; // the true size of the data chunk in RF64
  for (let at = 12; at + 8 <= length && !(format && data);) {
    const chunk = await read(at, 8);
    const id = fourCharacters(chunk, 0);
    const start = at + 8;
    const left = length - start;
    const size = chunk.getUint32(4, true);
    if (id === 'data') {
      data = { start, size: dataSize(size === 0xffffffff ? (size64 ?? size) : size, left, riffSize + 8 === length) };
      at = start + data.size + (data.size % 2);
      continue;
    }
    if (size > left) fail(`its "${id}" chunk claims ${size} bytes and only ${left} are left`);
    if (id === 'fmt ') format = readFormat(await read(start, Math.min(size, 40)));
    if (id === 'ds64' && size >= 16) size64 = Number((await read(start, 16)).getBigUint64(8, true));
    at = start + size + (size % 2); // chunks are padded to an even length
  }
  if (!format) return fail('it has no "fmt " chunk, which says how the samples are stored');
  if (!data) return fail('it has no "data" chunk: the file ends before its samples begin');
  const frames = Math.floor(data.size / format.frameSize);
  return { ...format, dataStart: data.start, frames };
}

function dataSize(size: number, left: number, containerFits: boolean): number {
  if (STREAMED.has(size)) return left;
  // Zero is a writer that never came back to fill it in, unless the file's own size field says that it did.
  if (size === 0) return containerFits ? 0 : left;
  if (size > left) fail(`it is cut short: ${size - left} of ${size} bytes of samples are missing`);
  return size;
}

function readFormat(view: DataView): Format {
  const size = view.byteLength;
  if (size < 16) fail(`its "fmt " chunk has ${size} bytes; it needs 16`);
  let tag = view.getUint16(0, true);
  const channels = view.getUint16(2, true);
  const sampleRate = view.getUint32(4, true);
  const blockAlign = view.getUint16(12, true);
  const bits = view.getUint16(14, true);
  if (tag === 0xfffe) {
    if (size < 40) fail(`its extensible "fmt " chunk has ${size} bytes; it needs 40`);
    tag = view.getUint16(24, true);
    let guid = '';
    for (let i = 26; i < 40; i++) guid += view.getUint8(i).toString(16).padStart(2, '0');
    if (guid !== SUBTYPE_GUID) fail('its samples are in a format of their own (unknown sub-format)');
  }
  const encoding = tag === 1 ? 'pcm' : tag === 3 ? 'float' : undefined;
  if (!encoding) {
    const name = OTHER_ENCODINGS[tag] ?? `encoding 0x${tag.toString(16)}`;
    return fail(`its samples are ${name}; convert it to PCM, for example with ffmpeg -i in.wav -c:a pcm_s16le out.wav`);
  }
  const widths = encoding === 'pcm' ? [8, 16, 24, 32] : [32, 64];
  if (!widths.includes(bits)) fail(`its ${encoding} samples have ${bits} bits; ${widths.join(', ')} can be read`);
  if (channels === 0 || channels > MAX_CHANNELS)
    fail(`its header says ${channels} channels; 1 to ${MAX_CHANNELS} can be read`);
  if (sampleRate < 1000 || sampleRate > 768_000) {
    fail(`its header says ${sampleRate} samples a second; 1,000 to 768,000 can be read`);
  }
  if (blockAlign !== (channels * bits) / 8) {
    fail(`its header contradicts itself: ${channels} × ${bits} bits in ${blockAlign} bytes`);
  }
  return { encoding, bits, channels, sampleRate, frameSize: blockAlign };
}

function sampleReader(view: DataView, encoding: 'pcm' | 'float', bits: number): (at: number) => number {
  if (encoding === 'float') {
    return bits === 32 ? (at) => view.getFloat32(at, true) : (at) => view.getFloat64(at, true);
  }
  if (bits === 8) return (at) => (view.getUint8(at) - 128) / 128; // 8 bits alone are unsigned
  if (bits === 16) return (at) => view.getInt16(at, true) / 32768;
  if (bits === 24) return (at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 65536) / 8388608;
  return (at) => view.getInt32(at, true) / 2147483648;
}

function fourCharacters(view: DataView, at: number): string {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));
}

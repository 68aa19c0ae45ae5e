import { expandALaw, expandMuLaw } from '../../../../src/data/audio/pcm/companding.ts';

/** How a writer stores samples, and how far from the truth they may be afterwards, of full scale. */
export interface Stored {
  encoding: 'signed' | 'unsigned' | 'float' | 'A-law' | 'µ-law';
  width: number;
  littleEndian: boolean;
}

const step = (width: number): number => 2 ** (1 - 8 * width);

/** The largest error that an encoding makes of a sample of that size. */
export function precision({ encoding, width }: Stored, sample: number): number {
  if (encoding === 'float') return 1e-7;
  // Steps of 1/16 of the sample and less, but for the smallest ones.
  if (encoding === 'A-law' || encoding === 'µ-law') return (Math.abs(sample) + 2 ** -7) / 31;
  return step(width) + 1e-7; // the highest value is a step short of full scale
}

/** Writes samples of interleaved channels, ±1. */
export function encodeSamples(samples: Float32Array, { encoding, width, littleEndian }: Stored): Uint8Array {
  const bytes = new Uint8Array(width * samples.length);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, i) => {
    const at = width * i;
    if (encoding === 'float') {
      if (width === 4) view.setFloat32(at, sample, littleEndian);
      else view.setFloat64(at, sample, littleEndian);
    } else if (encoding === 'A-law' || encoding === 'µ-law') {
      bytes[at] = nearest(32_768 * sample, encoding === 'A-law' ? expandALaw : expandMuLaw);
    } else {
      const highest = 2 ** (8 * width - 1) - 1;
      const value = Math.min(highest, Math.round(sample / step(width))) + (encoding === 'unsigned' ? highest + 1 : 0);
      for (let byte = 0; byte < width; byte++) {
        bytes[at + (littleEndian ? byte : width - 1 - byte)] = Math.floor(value / 256 ** byte) & 255;
      }
    }
  });
  return bytes;
}

function nearest(value: number, expand: (byte: number) => number): number {
  let best = 0;
  for (let byte = 1; byte < 256; byte++) {
    if (Math.abs(expand(byte) - value) < Math.abs(expand(best) - value)) best = byte;
  }
  return best;
}

/** A recording in one container. */
export interface Shape {
  channels: number;
  sampleRate: number;
}

const text = (characters: string): number[] => [...new TextEncoder().encode(characters)];

function number(value: number, width: number, littleEndian: boolean): number[] {
  const bytes = Array.from({ length: width }, (_, i) => Math.floor(value / 256 ** i) & 255);
  return littleEndian ? bytes : bytes.reverse();
}

const double = (value: number): number[] => [...new Uint8Array(new Float64Array([value]).buffer)].reverse();

/** An 80-bit float of a whole number. */
function extended(value: number): number[] {
  const exponent = Math.floor(Math.log2(value));
  const mantissa = BigInt(value) << BigInt(63 - exponent);
  return [
    ...number(exponent + 16_383, 2, false),
    ...Array.from({ length: 8 }, (_, i) => Number((mantissa >> BigInt(8 * (7 - i))) & 255n)),
  ];
}

type Writer = (data: Uint8Array, stored: Stored, shape: Shape) => number[] | undefined;

const WAVE_TAGS = { unsigned: 1, signed: 1, float: 3, 'A-law': 6, 'µ-law': 7 };

function waveFormat({ encoding, width }: Stored, { channels, sampleRate }: Shape, littleEndian: boolean): number[] {
  const fields: [number, number][] = [
    [WAVE_TAGS[encoding], 2],
    [channels, 2],
    [sampleRate, 4],
    [sampleRate * channels * width, 4],
    [channels * width, 2],
    [8 * width, 2],
  ];
  return fields.flatMap(([value, bytes]) => number(value, bytes, littleEndian));
}

/** What WAV says of 8 bits and of the order of bytes. */
const waveHolds = ({ encoding, width, littleEndian }: Stored, order: boolean): boolean =>
  width === 1 ? encoding !== 'signed' : littleEndian === order;

function riff(tag: string, littleEndian: boolean): Writer {
  return (data, stored, shape) => {
    if (!waveHolds(stored, littleEndian)) return undefined;
    const chunk = (id: string, body: number[]): number[] => [
      ...text(id),
      ...number(body.length, 4, littleEndian),
      ...body,
      ...(body.length % 2 ? [0] : []),
    ];
    return chunk(tag, [
      ...text('WAVE'),
      ...chunk('fmt ', waveFormat(stored, shape, littleEndian)),
      ...chunk('data', [...data]),
    ]);
  };
}

const GUID_TAIL = [0xf3, 0xac, 0xd3, 0x11, 0x8c, 0xd1, 0x00, 0xc0, 0x4f, 0x8e, 0xdb, 0x8a];
const RIFF_TAIL = [0x2e, 0x91, 0xcf, 0x11, 0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0x00, 0x00];

const wave64: Writer = (data, stored, shape) => {
  if (!waveHolds(stored, true)) return undefined;
  const chunk = (id: string, body: number[]): number[] => [
    ...text(id),
    ...GUID_TAIL,
    ...number(body.length + 24, 8, true),
    ...body,
    ...(new Array((8 - (body.length % 8)) % 8).fill(0) as number[]),
  ];
  const body = [...chunk('fmt ', waveFormat(stored, shape, true)), ...chunk('data', [...data])];
  return [...text('riff'), ...RIFF_TAIL, ...number(40 + body.length, 8, true), ...text('wave'), ...GUID_TAIL, ...body];
};

const AIFC_TYPES: Record<string, string> = {
  'signed false': 'NONE',
  'signed true': 'sowt',
  'float4 false': 'fl32',
  'float8 false': 'FL64',
  'A-law': 'alaw',
  'µ-law': 'ULAW',
  unsigned: 'raw ',
};

const aiff: Writer = (data, { encoding, width, littleEndian }, { channels, sampleRate }) => {
  const key =
    width === 1 && encoding !== 'signed' ? encoding : `${encoding}${encoding === 'float' ? width : ''} ${littleEndian}`;
  const type = AIFC_TYPES[key];
  if (!type) return undefined;
  const chunk = (id: string, body: number[]): number[] => [
    ...text(id),
    ...number(body.length, 4, false),
    ...body,
    ...(body.length % 2 ? [0] : []),
  ];
  const shape: [number, number][] = [
    [channels, 2],
    [data.length / width / channels, 4],
    [8 * width, 2],
  ];
  const common = [
    ...shape.flatMap(([value, bytes]) => number(value, bytes, false)),
    ...extended(sampleRate),
    ...text(type),
    0,
    0,
  ];
  // The samples in front of what says how they are stored, and an offset before them.
  const sound = chunk('SSND', [0, 0, 0, 4, 0, 0, 0, 0, 9, 9, 9, 9, ...data]);
  return chunk('FORM', [...text('AIFC'), ...sound, ...chunk('NAME', [7]), ...chunk('COMM', common)]);
};

const AU_ENCODINGS: Record<string, number> = {
  'µ-law1': 1,
  signed1: 2,
  signed2: 3,
  signed3: 4,
  signed4: 5,
  float4: 6,
  float8: 7,
  'A-law1': 27,
};

const au: Writer = (data, { encoding, width, littleEndian }, { channels, sampleRate }) => {
  const code = AU_ENCODINGS[`${encoding}${width}`];
  if (!code) return undefined;
  const fields = [28, data.length, code, sampleRate, channels, 0].flatMap((value) => number(value, 4, littleEndian));
  return [...text(littleEndian ? 'dns.' : '.snd'), ...fields, ...data];
};

const caf: Writer = (data, { encoding, width, littleEndian }, { channels, sampleRate }) => {
  if (encoding === 'unsigned') return undefined;
  const type = encoding === 'A-law' ? 'alaw' : encoding === 'µ-law' ? 'ulaw' : 'lpcm';
  const flags = (encoding === 'float' ? 1 : 0) + (littleEndian ? 2 : 0);
  const rest = [flags, width * channels, 1, channels, 8 * width].flatMap((value) => number(value, 4, false));
  const chunk = (id: string, body: number[]): number[] => [...text(id), ...number(body.length, 8, false), ...body];
  return [
    ...[...text('caff'), 0, 1, 0, 0],
    ...chunk('desc', [...double(sampleRate), ...text(type), ...rest]),
    ...chunk('free', [1, 2, 3]),
    ...chunk('data', [0, 0, 0, 0, ...data]),
  ];
};

const sphere: Writer = (data, { encoding, width, littleEndian }, { channels, sampleRate }) => {
  if (encoding === 'float' || encoding === 'unsigned') return undefined;
  const coding = encoding === 'A-law' ? 'alaw' : encoding === 'µ-law' ? 'mu-law' : 'pcm';
  const order = '01234567'.slice(0, width);
  const lines = [
    ...['NIST_1A', '   1024', `sample_count -i ${data.length / width / channels}`, `sample_n_bytes -i ${width}`],
    ...[
      `channel_count -i ${channels}`,
      `sample_rate -r ${sampleRate}.000`,
      `sample_coding -s${coding.length} ${coding}`,
    ],
    ...[`sample_byte_format -s${width} ${littleEndian ? order : [...order].reverse().join('')}`, 'end_head', ''],
  ];
  return [...text(lines.join('\n').padEnd(1024)), ...data];
};

/** Of every container; nothing where it does not know that encoding. */
export const WRITERS: Record<string, Writer> = {
  WAV: riff('RIFF', true),
  RIFX: riff('RIFX', false),
  W64: wave64,
  AIFF: aiff,
  AU: au,
  CAF: caf,
  'NIST SPHERE': sphere,
};

export const ENCODINGS: readonly Stored[] = [true, false].flatMap((littleEndian): Stored[] => [
  ...[1, 2, 3, 4].map((width): Stored => ({ encoding: 'signed', width, littleEndian })),
  ...[4, 8].map((width): Stored => ({ encoding: 'float', width, littleEndian })),
  ...(['unsigned', 'A-law', 'µ-law'] as const).map((encoding): Stored => ({ encoding, width: 1, littleEndian })),
]);

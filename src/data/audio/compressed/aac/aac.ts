import { SerError } from '../../../../error.ts';
import type { ByteSource, DecodeContext, DecodedBlock } from '../../format.ts';
import { joinBytes } from '../../source.ts';
import { type AdtsConfig, adtsFrame, SAMPLE_RATES } from './adtsFrames.ts';

/**
 * Decodes AAC frames, each with its ADTS header, with the caller's decoder.
 * @throws {SerError} `audio` if the caller has none
 */
export function decodeAac(adts: ByteSource, context: DecodeContext): AsyncIterable<DecodedBlock> {
  if (context.fallback) return context.fallback(adts, context);
  throw new SerError('audio', 'it is AAC audio, which cannot be decoded here');
}

/** Frames of a container's track, each with its ADTS header. @param config  AudioSpecificConfig */
export function aacFrames(config: Uint8Array, frames: readonly Uint8Array[]): Uint8Array {
  const header = adtsConfigOf(config);
  return joinBytes(frames.filter(({ length }) => length > 0).map((frame) => adtsFrame(header, frame)));
}

/** Largest AAC object type that ADTS can describe. Spectral band replication (5) and parametric stereo (29) may be added to these. */
const MOST_ADTS_TYPE = 4;
const ADDED = [5, 29];

/**
 * The part of an AudioSpecificConfig that ADTS headers can hold; decoders detect extensions by themselves.
 * Source: ISO/IEC 14496-3, 1.6.2.1.
 */
function adtsConfigOf(config: Uint8Array): AdtsConfig {
  let at = 0;
  const read = (count: number): number => {
    let value = 0;
    for (const end = at + count; at < end; at++) value = value * 2 + (((config[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
    return value;
  };
  const readType = (): number => {
    const type = read(5);
    return type === 31 ? 32 + read(6) : type;
  };
  const readRate = (): number => {
    const index = read(4);
    return index === 15 ? SAMPLE_RATES.indexOf(read(24)) : index;
  };
  let objectType = readType();
  const rateIndex = readRate();
  const channels = read(4);
  if (ADDED.includes(objectType)) {
    readRate();
    objectType = readType();
  }
  if (objectType < 1 || objectType > MOST_ADTS_TYPE) {
    const kind = { 23: 'AAC-LD', 39: 'AAC-ELD', 42: 'xHE-AAC' }[objectType] ?? `AAC of type ${objectType}`;
    throw new SerError('audio', `it is ${kind} audio, which cannot be read; convert it to AAC-LC, FLAC or WAV`);
  }
  if (SAMPLE_RATES[rateIndex] === undefined || channels < 1 || channels > 7) {
    throw new SerError('audio', 'its AAC header has a rate or a number of channels that cannot be read');
  }
  return { objectType, rateIndex, channels };
}

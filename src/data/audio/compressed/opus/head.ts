import { SerError } from '../../../../error.ts';

/** Decoding rate of Opus in Hz, whatever the rate of the recording. */
export const OPUS_RATE = 48_000;

/** The header of an Opus stream. */
export interface OpusHead {
  channels: number;
  /** Samples to drop at the beginning. */
  preSkip: number;
  /** Factor applied to all samples. */
  gain: number;
  streams: number;
  coupled: number;
  /** The stream's channel for each output channel. */
  mapping: number[];
}

/** Limit of opus-decoder. */
const MOST_CHANNELS = 8;
/** Samples of the longest packet: 120 ms. */
const LONGEST = 5760;

/**
 * Reads the header of an Opus stream.
 * Source: RFC 7845, section 5.1.
 * @param bytes  starting at the version
 * @param littleEndian  true for Ogg and WebM; MP4's `dOps` box is big-endian
 * @throws {SerError} `audio` for values outside the standard
 */
export function readOpusHead(bytes: Uint8Array, littleEndian = true): OpusHead {
  const fail = (message: string): never => {
    throw new SerError('audio', message);
  };
  if (bytes.length < 11) fail('its Opus header is cut short');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const channels = bytes[1];
  const family = bytes[10];
  if (bytes[0] > 15) fail(`its Opus header has the unknown version ${bytes[0]}`);
  const head = {
    channels,
    preSkip: view.getUint16(2, littleEndian),
    gain: 10 ** (view.getInt16(8, littleEndian) / (20 * 256)),
  };
  if (family === 0) {
    if (channels !== 1 && channels !== 2) fail(`its Opus header specifies ${channels} channels; this kind has 1 or 2`);
    return { ...head, streams: 1, coupled: channels - 1, mapping: channels === 1 ? [0] : [0, 1] };
  }
  if (channels === 0 || channels > MOST_CHANNELS) {
    fail(`its Opus header specifies ${channels} channels; 1 to ${MOST_CHANNELS} can be read`);
  }
  if (family !== 1 && family !== 255) fail(`its Opus channels are mapped in a way that cannot be read (${family})`);
  if (bytes.length < 13 + channels) fail('its Opus header is cut short');
  const [streams, coupled] = [bytes[11], bytes[12]];
  const mapping = [...bytes.subarray(13, 13 + channels)];
  if (streams === 0 || coupled > streams || streams + coupled > MOST_CHANNELS)
    fail('its Opus header contradicts itself');
  if (mapping.some((channel) => channel !== 255 && channel >= streams + coupled)) {
    fail('its Opus header maps a channel that it does not have');
  }
  return { ...head, streams, coupled, mapping };
}

/**
 * Samples of a packet at 48 kHz, from its first bytes; 0 if it is not a packet.
 * Source: RFC 6716, section 3.1.
 */
export function opusSamples(packet: Uint8Array): number {
  if (packet.length === 0) return 0;
  const config = packet[0] >> 3;
  const frame =
    config < 12 ? [480, 960, 1920, 2880][config & 3] : config < 16 ? [480, 960][config & 1] : 120 << (config & 3);
  const code = packet[0] & 3;
  const frames = code === 0 ? 1 : code < 3 ? 2 : (packet[1] ?? 0) & 63;
  return frames * frame <= LONGEST ? frames * frame : 0;
}

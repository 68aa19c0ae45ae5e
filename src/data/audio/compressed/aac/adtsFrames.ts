import { SerError } from '../../../../error.ts';

/** Sample rates of MPEG-4 audio by index (ISO/IEC 14496-3, table 1.18). */
export const SAMPLE_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350,
];

/** Samples per frame, before spectral band replication. */
export const FRAME_SAMPLES = 1024;

/** Bytes of a header without a checksum, and of the largest frame. */
export const HEADER = 7;
const LARGEST_FRAME = 8191;

interface AdtsFrame {
  sampleRate: number;
  /** Bytes, including the header. */
  length: number;
  /** Blocks of 1,024 samples. */
  blocks: number;
}

/** Reads the header of a frame (ISO/IEC 14496-3, 1.A.2). @returns undefined if there is none */
export function readFrame(head: Uint8Array): AdtsFrame | undefined {
  if (head.length < 7 || head[0] !== 0xff || (head[1] & 0xf6) !== 0xf0) return undefined;
  const sampleRate = SAMPLE_RATES[(head[2] >> 2) & 15];
  const length = ((head[3] & 3) << 11) | (head[4] << 3) | (head[5] >> 5);
  if (!sampleRate || length < 7) return undefined;
  return { sampleRate, length, blocks: (head[6] & 3) + 1 };
}

/** Whether the bytes begin with AAC frames: two in a row, or a single frame and nothing else. */
export function adtsFrames(head: Uint8Array): boolean {
  const first = readFrame(head);
  return first !== undefined && (first.length === head.length || readFrame(head.subarray(first.length)) !== undefined);
}

/** The header fields that all frames of a track share. */
export interface AdtsConfig {
  /** 1: Main, 2: LC, 3: SSR, 4: LTP. */
  objectType: number;
  rateIndex: number;
  channels: number;
}

/** A frame with its header. @throws {SerError} `audio` if it is too large */
export function adtsFrame({ objectType, rateIndex, channels }: AdtsConfig, frame: Uint8Array): Uint8Array {
  const length = frame.length + 7;
  if (length > LARGEST_FRAME) throw new SerError('audio', `it is damaged: an AAC frame of ${frame.length} bytes`);
  const whole = new Uint8Array(length);
  whole.set([0xff, 0xf1, ((objectType - 1) << 6) | (rateIndex << 2) | (channels >> 2)]);
  whole.set([((channels & 3) << 6) | (length >> 11), (length >> 3) & 0xff, ((length & 7) << 5) | 0x1f, 0xfc], 3);
  whole.set(frame, 7);
  return whole;
}

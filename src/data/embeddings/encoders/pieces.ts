import { SAMPLE_RATE } from '../../../features/types.ts';
import type { Encoder } from './encoder.ts';
import type { EncodedFrames } from './openEncoder.ts';

/** A stretch of a clip that goes through an encoder at once. */
export interface Piece {
  /** First sample, a multiple of the encoder's hop. */
  from: number;
  samples: Float32Array;
}

/** Share of a piece that the next one repeats, at least. */
const OVERLAP = 0.2;

/**
 * Cuts a long signal into pieces that overlap, all of the encoder's window; a short one is a single piece. A frame depends on its pieces
 * alone: with the random encoders of the tests, 75 s in pieces of 30 differ from one pass by 4 % of the values' root mean square where a
 * group norm takes its statistics from the piece, and by 1.4 % where it does not.
 */
export function piecesOf(signal: Float32Array, { window, hop }: Pick<Encoder, 'window' | 'hop'>): Piece[] {
  const step = Math.max(1, Math.floor(((1 - OVERLAP) * window) / hop)) * hop;
  const last = Math.ceil(Math.max(0, signal.length - window) / hop) * hop;
  return Array.from({ length: 1 + Math.ceil(last / step) }, (_, i) => {
    const from = Math.min(last, i * step);
    return { from, samples: signal.subarray(from, from + window) };
  });
}

/**
 * Seconds, padding included, that go through an encoder together at most. On one thread eight clips of 1 s take a sixth less time together
 * (width 768), but clips of 4 s more: they no longer fit in the processor's cache.
 */
const MOST_SECONDS = 10;
/** Share of the longest piece's length that the others of its batch have at least, where padding can be masked. */
const SIMILAR = 0.9;
/** Pieces of fewer seconds go alone: their frames could not be told from clips in graphs with frames before clips. */
const LEAST_SECONDS = 1;

/** Pieces that go through an encoder together: of one length, or of similar lengths if it masks padding. */
export function batchesOf(pieces: readonly Piece[], encoder: Encoder): Piece[][] {
  const { isBatched, isFixed, window, mask, settings } = encoder;
  const sorted = pieces.toSorted((a, b) => b.samples.length - a.samples.length);
  const batches: Piece[][] = [];
  for (const piece of sorted) {
    const batch = batches.at(-1);
    const [length, longest] = [piece.samples.length, batch?.[0].samples.length ?? 0];
    const fits = isFixed ? encoder.input === 'log-mel' || length === longest : length === longest || (mask !== undefined && settings.mask && length >= SIMILAR * longest); // prettier-ignore
    const seconds = (((batch?.length ?? 0) + 1) * (isFixed ? window : longest)) / SAMPLE_RATE;
    const isLong = length >= LEAST_SECONDS * SAMPLE_RATE;
    if (batch && isBatched && isLong && fits && seconds <= MOST_SECONDS) batch.push(piece);
    else batches.push([piece]);
  }
  return batches;
}

/** The frames of a clip from those of its pieces: where two overlap, one fades into the other. @param parts  each with its first frame */
export function joinPieces(parts: readonly (EncodedFrames & { from: number })[]): EncodedFrames {
  if (parts.length === 1) return parts[0];
  const { bins } = parts[0];
  const last = parts.at(-1)!;
  const joined = new Float32Array((last.from + last.frames) * bins);
  let end = 0;
  for (const { from, frames, data } of parts) {
    const shared = end - from;
    for (let t = 0; t < frames; t++) {
      const weight = t < shared ? (t + 0.5) / shared : 1;
      for (let i = 0, at = (from + t) * bins; i < bins; i++, at++) {
        joined[at] = (1 - weight) * joined[at] + weight * data[t * bins + i];
      }
    }
    end = from + frames;
  }
  return { data: joined, frames: last.from + last.frames, bins };
}

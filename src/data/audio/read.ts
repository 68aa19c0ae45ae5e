import { decodeBlocks, type DecodeOptions, joinSamples, named } from './decode.ts';
import { SerError } from '../../error.ts';
import { type BlockResampler, createBlockResampler } from '../../features/resampleBlocks.ts';
import { SAMPLE_RATE } from '../../features/types.ts';
import { createInspection } from './inspect.ts';

/** A recording as the feature sets expect it, and what to know before trusting a prediction of it. */
export interface Recording {
  /** Mono, 16 kHz, full scale ±1. */
  signal: Float32Array;
  seconds: number;
  /** In words, for people. */
  warnings: string[];
}

/**
 * Decodes a recording block by block, so that no more than its bytes and the signal are ever held, whatever rate its header
 * claims. Runs in Node, Deno and the browser.
 * @param bytes  a whole WAV, FLAC, MP3 or Ogg Vorbis file
 * @param name  stands in error messages
 * @param options  without `inspect` there are no warnings
 * @returns  a signal of `decodeSignal`, within 1e-6
 * @throws {SerError} `audio`, as `decodeAudio`; `limit` if it is longer than `maxSeconds`
 */
export async function readRecording(
  bytes: Uint8Array,
  name: string,
  { maxSeconds = 3600, inspect = true }: DecodeOptions & { inspect?: boolean } = {},
): Promise<Recording> {
  try {
    const inspection = inspect ? createInspection() : undefined;
    const parts: Float32Array[] = [];
    let resampler: BlockResampler | undefined;
    let count = 0;
    for await (const block of decodeBlocks(bytes, Infinity)) {
      count += block.samples.length;
      if (count > maxSeconds * block.sampleRate) {
        throw new SerError('limit', `${name}: it lasts longer than the limit of ${maxSeconds} s; cut it first`);
      }
      inspection?.push(block);
      resampler ??= createBlockResampler(block.sampleRate, SAMPLE_RATE);
      parts.push(...resampler.push(block.samples));
    }
    if (!resampler) throw new SerError('audio', 'it holds no samples');
    parts.push(resampler.end());
    const signal = joinSamples(parts);
    return { signal, seconds: signal.length / SAMPLE_RATE, warnings: inspection?.warnings() ?? [] };
  } catch (error) {
    if (error instanceof SerError && error.code === 'limit') throw error;
    throw named(error, name);
  }
}

import { describe, expect, test } from 'vitest';
import { liveBlocks, type LiveBlocksOptions } from '../../../../src/data/audio/live/liveBlocks.ts';
import { loadAudio } from '../../../../src/data/audio/load.ts';
import { encodeWav } from '../../../../src/data/audio/pcm/wav.ts';
import { joinSamples } from '../../../../src/features/join.ts';
import { resample } from '../../../../src/features/resample/resample.ts';

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function signalOf(bytes: Uint8Array, size: number, options?: LiveBlocksOptions): Promise<Float32Array> {
  const blocks: Float32Array[] = [];
  for await (const block of liveBlocks(inPieces(bytes, size), options)) blocks.push(block.slice());
  return joinSamples(blocks);
}

/** Changes a number in a WAV header. */
function withUint32(wav: Uint8Array, at: number, value: number): Uint8Array {
  const changed = wav.slice();
  new DataView(changed.buffer).setUint32(at, value, true);
  return changed;
}

describe('bytes of live sound become blocks of the signal', async () => {
  const signal = await loadAudio('data/demo/female.wav');
  const wav = encodeWav(signal, 16_000);

  test.each([1, 7, 1000, 100_000])('raw samples and WAV give the samples, in pieces of %i bytes', async (size) => {
    expect(await signalOf(wav.subarray(44), size)).toEqual(signal);
    expect(await signalOf(wav, size)).toEqual(signal);
  });

  test('a header without a length means to the end; one with a length ends there', async () => {
    const more = new Uint8Array(wav.length + 1000);
    more.set(wav);
    for (const open of [0, 0x7fffffff, 0xffffffff]) {
      expect(await signalOf(withUint32(more, 40, open), 999)).toHaveLength(signal.length + 500);
    }
    expect(await signalOf(more, 999)).toEqual(signal);
  });

  test('other rates are converted to 16 kHz, as for a file', async () => {
    const rate = 44_100;
    const recorded = resample(signal, 16_000, rate);
    const bytes = encodeWav(recorded, rate);
    const expected = resample(recorded, rate, 16_000);
    for (const heard of [await signalOf(bytes, 1000), await signalOf(bytes.subarray(44), 1000, { rate })]) {
      expect(heard.length).toBe(expected.length);
      heard.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(1e-3));
    }
  });

  test('what is heard comes at most a tenth of a second late, whatever the rate', async () => {
    const rate = 48_000;
    let given = 0;
    async function* bytes(): AsyncGenerator<Uint8Array> {
      for await (const piece of inPieces(encodeWav(new Float32Array(2 * rate).fill(0.1), rate).subarray(44), 960)) {
        given += piece.length / 2 / rate;
        yield piece;
      }
    }
    let heard = 0;
    for await (const block of liveBlocks(bytes(), { rate })) {
      heard += block.length / 16_000;
      expect(given - heard).toBeLessThan(0.15);
    }
    expect(heard).toBeCloseTo(2);
  });

  test('bad rates and headers are refused in words', async () => {
    await expect(signalOf(wav, 100, { rate: 10 })).rejects.toThrow('The rate is 10 Hz');
    await expect(signalOf(withUint32(wav, 12, 0), 100)).rejects.toThrow('the sound: it has no "fmt " chunk');
    await expect(signalOf(wav.subarray(0, 30), 100, { name: 'pipe' })).rejects.toThrow('pipe: it ends within its WAV header'); // prettier-ignore
    await expect(signalOf(withUint32(wav, 16, 1e9), 100)).rejects.toThrow('its WAV header has no end');
    expect(await signalOf(new Uint8Array(0), 100)).toHaveLength(0);
  });
});

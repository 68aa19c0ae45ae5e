import { readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { decodeAudio } from '../../../src/data/audio/read.ts';
import { loadAudio } from '../../../src/data/audio/load.ts';
import { encodeWav } from '../../../src/data/audio/pcm/wav.ts';
import { SerError } from '../../../src/error.ts';
import { createRandom } from '../../../src/random.ts';

const folder = new URL('../../fixtures/audio/', import.meta.url);
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));

/** Amplitude of one frequency in the middle half of a signal (where codecs have no edges): 0.5 for a tone of half scale. */
function amplitudeAt(samples: Float32Array, sampleRate: number, frequency: number): number {
  const start = Math.floor(samples.length / 4);
  const count = Math.floor(samples.length / 2);
  let re = 0;
  let im = 0;
  for (let i = 0; i < count; i++) {
    const window = 1 - Math.cos((2 * Math.PI * i) / count);
    const phase = (2 * Math.PI * frequency * i) / sampleRate;
    re += window * samples[start + i] * Math.cos(phase);
    im += window * samples[start + i] * Math.sin(phase);
  }
  return (2 * Math.hypot(re, im)) / count;
}

const failure = async (bytes: Uint8Array, options = {}, code = 'audio'): Promise<string> => {
  const error: unknown = await decodeAudio(bytes, 'clip', options).then(
    () => new Error('it was decoded'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SerError);
  expect(error).toMatchObject({ code });
  return (error as SerError).message;
};

describe('the same tone in every format', () => {
  test.each([
    ['tone.flac', 16_000, 1],
    ['tone.mp3', 16_000, 1],
    ['tone.ogg', 16_000, 1],
    ['stereo.mp3', 44_100, 2],
  ])('%s', async (name, sampleRate, channels) => {
    const audio = await decodeAudio(fixture(name), name);
    expect(audio).toMatchObject({ sampleRate, channels, seconds: 0.5 });
    expect(audio.samples).toHaveLength(sampleRate / 2);
    expect(amplitudeAt(audio.samples, sampleRate, 440)).toBeCloseTo(0.5, 1);
    expect(amplitudeAt(audio.samples, sampleRate, 880)).toBeLessThan(0.01);
  });

  test('FLAC is exact: int16 / 32768 to the last bit, both ends of the range included', async () => {
    const { samples } = await decodeAudio(fixture('extremes.flac'));
    expect([...samples.subarray(0, 6)].map((value) => value * 32768)).toEqual([-32768, 32767, -1, 0, 1, 12345]);
    expect(samples).toHaveLength(1200);
  });

  test('24-bit stereo FLAC: mean of the channels', async () => {
    const { samples, channels, sampleRate } = await decodeAudio(fixture('stereo24.flac'));
    expect({ channels, sampleRate, length: samples.length }).toEqual({ channels: 2, sampleRate: 48_000, length: 2400 });
    for (const i of [1, 100, 2000]) {
      const tone = (scale: number): number => Math.round(scale * Math.sin((2 * Math.PI * 1000 * i) / 48_000)) / 8388608;
      expect(samples[i]).toBeCloseTo((tone(4194304) + tone(2097152)) / 2, 6);
    }
  });

  test('the content decides, not the name', async () => {
    const named = await decodeAudio(fixture('tone.flac'), 'tone.wav');
    expect(named.samples).toHaveLength(8000);
  });

  test('ID3 tags around FLAC and MP3 are passed over', async () => {
    for (const name of ['tone.flac', 'tone.mp3']) {
      const bytes = fixture(name);
      const tagged = new Uint8Array(10 + 300 + bytes.length + 128);
      tagged.set([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 2, 44]); // 2 × 128 + 44 = 300 bytes
      tagged.set(bytes, 310);
      tagged.set(new TextEncoder().encode('TAG'), 310 + bytes.length);
      const { samples } = await decodeAudio(tagged);
      expect([...samples]).toEqual([...(await decodeAudio(bytes)).samples]);
    }
  });
});

test.each([
  ['tone.mp3', [-2.46614218e-6, 8.16483051e-2, 1.60886958e-1]],
  ['stereo.mp3', [-0.25662255, -0.23106429, -0.20459744]],
  ['tone.ogg', [-0.00318794, 0.08394764, 0.16856672]],
])('%s: samples as libsndfile 1.2 decodes them', async (name, expected) => {
  const { samples } = await decodeAudio(fixture(name));
  expected.forEach((value, i) => expect(Math.abs(samples[4000 + i] - value)).toBeLessThan(1e-6));
});

describe('refused in words', () => {
  test.each<[string, RegExp, () => Uint8Array]>([
    ['nothing', /clip: it is empty/, () => new Uint8Array(0)],
    [
      'a text',
      /not an audio file.*WAV, FLAC,.* can be read/,
      () => new TextEncoder().encode('Dogs are sitting by the door'),
    ],
    ['a Git LFS pointer', /Git LFS/, () => new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\n')],
    ['an MP4 file', /MP4/, () => new Uint8Array([0, 0, 0, 32, ...new TextEncoder().encode('ftypM4A ')])],
    ['zeros', /not an audio file/, () => new Uint8Array(5000)],
    ['a FLAC header alone', /STREAMINFO/, () => fixture('tone.flac').subarray(0, 20)],
  ])('%s', async (_name, expected, bytes) => {
    expect(await failure(bytes())).toMatch(expected);
  });

  test.each(['tone.flac', 'tone.mp3', 'tone.ogg', 'stereo24.flac', 'stereo.mp3'])('%s cut short', async (name) => {
    const bytes = fixture(name);
    for (const share of [0.95, 0.7, 0.4]) {
      expect(await failure(bytes.subarray(0, Math.floor(share * bytes.length)))).toMatch(
        /cut short|no samples|not an audio/,
      );
    }
  });

  test('an MP3 whose encoder left no count of frames, cut short within a frame', async () => {
    const counted = fixture('tone.mp3');
    const first = counted.findIndex((byte, i) => byte === 0xff && (counted[i + 1] & 0xe0) === 0xe0);
    const next = counted.findIndex((byte, i) => i > first && byte === 0xff && counted[i + 1] === counted[first + 1]);
    const bytes = counted.subarray(next); // what LAME counts lies in a frame of its own, the first
    expect((await decodeAudio(bytes, 'clip')).seconds).toBeGreaterThan(0.5);
    expect(await failure(bytes.subarray(0, -7))).toMatch(/cut short: 7 bytes of its last frame/);
  });

  test('a FLAC file whose encoder left no count of samples, cut short within a frame', async () => {
    const bytes = fixture('tone.flac').slice();
    bytes[21] &= 0xf0;
    bytes.fill(0, 22, 26);
    expect((await decodeAudio(bytes, 'clip')).seconds).toBe(0.5);
    for (const missing of [7, 200]) expect(await failure(bytes.subarray(0, -missing))).toMatch(/cut short/);
  });

  test('longer than the limit, in every format', async () => {
    const wav = encodeWav(new Float32Array(8000), 16_000);
    for (const bytes of [wav, fixture('tone.flac'), fixture('tone.mp3'), fixture('tone.ogg')]) {
      expect(await failure(bytes, { maxSeconds: 0.3 }, 'limit')).toMatch(/limit/);
      expect((await decodeAudio(bytes, 'clip', { maxSeconds: 0.6 })).seconds).toBe(0.5);
    }
  });

  test('damaged bytes give an error or a signal, in finite time, print nothing, and spoil nothing for the next file', async () => {
    const random = createRandom('damage');
    const printed = vi.spyOn(console, 'error');
    for (const name of ['tone.flac', 'tone.mp3', 'tone.ogg']) {
      const good = fixture(name);
      for (let i = 0; i < 20; i++) {
        const bytes = good.slice();
        for (let k = 1 + random.integer(20); k > 0; k--)
          bytes[4 + random.integer(bytes.length - 4)] = random.integer(256);
        await decodeAudio(bytes).catch((error: unknown) => expect(error).toBeInstanceOf(SerError));
      }
      expect(amplitudeAt((await decodeAudio(good)).samples, 16_000, 440)).toBeCloseTo(0.5, 1);
    }
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
  });
});

test('what stands behind the audio of a FLAC file is not heard, in the next file either', async () => {
  const good = fixture('tone.flac');
  const { samples } = await decodeAudio(good);
  for (const tail of [new Uint8Array(128), Buffer.from('TAG'.padEnd(128, 'x')), Uint8Array.of(0xff, 0xf8, 0x65)]) {
    const tagged = await decodeAudio(Buffer.concat([good, tail])).catch((error: unknown) => error);
    if (!(tagged instanceof SerError)) expect([...(tagged as { samples: Float32Array }).samples]).toEqual([...samples]);
    expect([...(await decodeAudio(good)).samples]).toEqual([...samples]);
  }
});

test('many files at once do not disturb each other', async () => {
  const names = ['tone.flac', 'extremes.flac', 'tone.mp3', 'stereo.mp3', 'tone.ogg', 'stereo24.flac'];
  const alone = new Map<string, Float32Array>();
  for (const name of names) alone.set(name, (await decodeAudio(fixture(name))).samples);
  const order = createRandom('mix').shuffle(Array.from({ length: 5 }, () => names).flat());
  const together = await Promise.all(order.map((name) => decodeAudio(fixture(name))));
  together.forEach(({ samples }, i) => expect([...samples]).toEqual([...alone.get(order[i])!]));
});

describe('loadAudio', () => {
  test('gives 16 kHz', async () => {
    const samples = await loadAudio(new URL('stereo.mp3', folder).pathname);
    expect(samples).toHaveLength(8000);
    expect(amplitudeAt(samples, 16_000, 440)).toBeCloseTo(0.5, 1);
  });

  test('leaves 16 kHz as it is', async () => {
    const samples = await loadAudio(new URL('extremes.flac', folder).pathname);
    expect(samples[1]).toBe(32767 / 32768);
  });

  test('names the path of a file that is not there', async () => {
    await expect(loadAudio('no/such/clip.wav')).rejects.toThrow(
      /no\/such\/clip\.wav: cannot be read \(there is no such file/,
    );
  });
});

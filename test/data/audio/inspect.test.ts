import { describe, expect, it } from 'vitest';
import { encodeWav } from '../../../src/data/audio/pcm/wav.ts';
import { readRecording } from '../../../src/data/audio/read.ts';
import { createRandom } from '../../../src/random.ts';
import { buildWav, chunk, format } from './wavBuilder.ts';

const RATE = 16_000;
const random = createRandom('inspection');
/** White noise: sound at every frequency. */
const noise = (seconds: number, amplitude = 0.1): Float32Array =>
  Float32Array.from({ length: seconds * RATE }, () => amplitude * random.normal());

/** A float WAV file of those channels. */
function floatWav(...channels: Float32Array[]): Uint8Array {
  const frames = Float32Array.from(
    { length: channels.length * channels[0].length },
    (_, i) => channels[i % channels.length][Math.floor(i / channels.length)],
  );
  const header = format({ tag: 3, bits: 32, channels: channels.length, sampleRate: RATE });
  return buildWav(header, chunk('data', new Uint8Array(frames.buffer)));
}

const warningsOf = async (bytes: Uint8Array): Promise<string> =>
  (await readRecording(bytes, 'clip')).warnings.join('\n');

describe('a recording is inspected while it is read', () => {
  it('a good one has no warning, mono or stereo, quiet or loud', async () => {
    for (const amplitude of [0.002, 0.1, 0.2]) {
      expect(await warningsOf(floatWav(noise(2, amplitude)))).toBe('');
      expect(await warningsOf(floatWav(noise(2, amplitude), noise(2, amplitude)))).toBe('');
    }
  });

  it('silence is told about the mean: an offset does not hide it', async () => {
    expect(await warningsOf(floatWav(new Float32Array(2 * RATE)))).toMatch(/^Silence/);
    const constant = await warningsOf(floatWav(new Float32Array(2 * RATE).fill(0.25)));
    expect(constant).toMatch(/^Silence/);
    expect(constant).toMatch(/off centre by 25 % of full scale/);
  });

  it('an offset under sound is named; one that is small beside the sound is not', async () => {
    const offset = (by: number) => floatWav(noise(2).map((x) => x + by));
    expect(await warningsOf(offset(0.4))).toMatch(/off centre by 40 %/);
    expect(await warningsOf(offset(-0.05))).toMatch(/off centre by 5 %/);
    expect(await warningsOf(offset(0.005))).toBe('');
  });

  it('samples at full scale are clipping; samples far beyond it are something else', async () => {
    const loud = noise(2, 0.6).map((x) => Math.max(-1, Math.min(1, x)));
    expect(await warningsOf(encodeWav(loud, RATE))).toMatch(/^Clipped: \d+\.\d % .*lower level/);
    const integers = await warningsOf(floatWav(noise(2, 3000)));
    expect(integers).toMatch(/^Samples reach 1e\+4 times full scale: .*not scaled to ±1/);
    expect(integers).not.toMatch(/[Cc]lipped/);
  });

  it('clipping in one channel of two is clipping', async () => {
    const loud = noise(2, 0.6).map((x) => Math.max(-1, Math.min(1, x)));
    expect(await warningsOf(floatWav(loud, noise(2)))).toMatch(/^Clipped/);
  });

  it('channels of which one is inverted cancel; one silent channel of six does not', async () => {
    const voice = noise(2);
    expect(
      await warningsOf(
        floatWav(
          voice,
          voice.map((x) => -x),
        ),
      ),
    ).toMatch(/^Its 2 channels cancel each other/);
    const silent = new Float32Array(voice.length);
    expect(await warningsOf(floatWav(voice, silent))).toBe('');
    expect(await warningsOf(floatWav(voice, silent, silent, silent, silent, silent))).toBe('');
  });

  it('a telephone is told by its rate, and by its band where it was converted to a higher rate', async () => {
    expect(await warningsOf(encodeWav(noise(2), 8000))).toMatch(/^Recorded at 8,000 Hz/);
    // A tone at each 50 Hz up to 3.4 kHz.
    const band = Float32Array.from({ length: 2 * RATE }, (_, i) => {
      let sum = 0;
      for (let hz = 300; hz < 3400; hz += 50) sum += Math.sin((2 * Math.PI * hz * i) / RATE + hz * hz);
      return 0.01 * sum;
    });
    expect(await warningsOf(encodeWav(band, RATE))).toMatch(/^Hardly any sound above 4 kHz/);
  });

  it('too short and very long ones', async () => {
    expect(await warningsOf(floatWav(noise(0.3)))).toMatch(/^Only 0\.30 s long/);
    expect(await warningsOf(floatWav(noise(12)))).toMatch(/^12\.0 s long/);
  });
});

describe('a recording that is cut short', () => {
  const whole = encodeWav(noise(3), RATE);

  it('is used as far as it goes, with a warning, where a second is left', async () => {
    const { seconds, warnings } = await readRecording(whole.subarray(0, 44 + 2 * 2 * RATE), 'clip');
    expect(seconds).toBe(2);
    expect(warnings).toEqual([expect.stringMatching(/^Cut short: .*\. The rest was used\.$/)]);
  });

  it('is refused with less than a second, and by `strict`', async () => {
    await expect(readRecording(whole.subarray(0, 44 + RATE), 'clip')).rejects.toThrow(/^clip: it is cut short: /);
    const strict = readRecording(whole.subarray(0, 44 + 4 * RATE), 'clip', { strict: true });
    await expect(strict).rejects.toThrow(/^clip: it is cut short: /);
  });
});

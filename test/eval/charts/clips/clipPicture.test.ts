import { createCanvas, loadImage } from '@napi-rs/canvas';
import { describe, expect, it } from 'vitest';
import { clipOverview } from '../../../../src/eval/charts/clips/clipOverview.ts';
import { clipPicture, framesPicture } from '../../../../src/eval/charts/clips/clipPicture.ts';
import { heatMapUrl } from '../../../../src/eval/charts/clips/heatMap.ts';
import { renderSvg } from '../../../../src/eval/charts/render.ts';
import {
  logMelFrames,
  magnitude,
  melSpectrogram,
  mfcc,
  powerToDb,
  stft,
  type Frames,
} from '../../../../src/features/index.ts';
import { createRandom } from '../../../../src/random.ts';

function melody(seconds: number): Float32Array {
  const random = createRandom('melody');
  const samples = new Float32Array(16_000 * seconds);
  const notes = Array.from({ length: seconds * 4 }, () => 220 * 2 ** (random.integer(12) / 12));
  return samples.map((_, i) => {
    return 0.4 * Math.sin((2 * Math.PI * notes[Math.floor(i / 4000)] * i) / 16_000) + 0.001 * random.normal();
  });
}

/** The largest difference of two matrices of one shape. */
function distance(a: Frames, b: Frames): number {
  expect([a.frames, a.bins]).toEqual([b.frames, b.bins]);
  return Array.from(a.data).reduce((worst, value, i) => Math.max(worst, Math.abs(value - b.data[i])), 0);
}

describe('clipOverview', () => {
  it("holds librosa's frames of a short clip", () => {
    const signal = melody(3);
    const overview = clipOverview(signal);
    const power = melSpectrogram(magnitude(stft(signal)));
    const decibels = powerToDb(power);
    const loudest = Math.max(...decibels.data);
    expect(overview.framesPerColumn).toBe(1);
    expect(distance(overview.mel, { ...decibels, data: decibels.data.map((value) => value - loudest) })).toBeLessThan(1e-4); // prettier-ignore
    expect(distance(overview.mfcc, mfcc(power, 40))).toBeLessThan(1e-3);
    expect(overview.chroma).toMatchObject({ frames: power.frames, bins: 12 });
    expect(overview.seconds).toBe(3);
  });

  it('averages the frames of a long clip, block by block as in one', () => {
    const signal = melody(70);
    const overview = clipOverview(signal, 800);
    // 2,188 frames, more than are analysed at once.
    const power = melSpectrogram(magnitude(stft(signal)));
    expect(overview.framesPerColumn).toBe(3);
    const columns = Math.ceil(power.frames / 3);
    const means = new Float64Array(columns * 128);
    for (let t = 0; t < power.frames; t++) {
      const column = Math.floor(t / 3);
      const size = Math.min(3, power.frames - 3 * column);
      for (let m = 0; m < 128; m++) means[column * 128 + m] += power.data[t * 128 + m] / size;
    }
    const expected = { data: means, frames: columns, bins: 128 };
    expect(distance(overview.mfcc, mfcc(expected, 40))).toBeLessThan(1e-3);
    expect(overview.mel.frames).toBe(columns);
    expect(overview.wave.length).toBeLessThanOrEqual(1600);
    for (const value of overview.chroma.data) expect(value >= 0 && value <= 1 + 1e-9).toBe(true);
  });

  it('keeps the peaks of the waveform where they are', () => {
    const signal = new Float32Array(100_000);
    signal[12_345] = 0.9;
    signal[54_321] = -0.7;
    const { wave } = clipOverview(signal, 100);
    expect(wave).toContainEqual({ time: 12_345 / 16_000, value: Math.fround(0.9) });
    expect(wave).toContainEqual({ time: 54_321 / 16_000, value: Math.fround(-0.7) });
    expect(wave.every(({ time }, i) => i === 0 || time > wave[i - 1].time)).toBe(true);
  });

  it('puts silence at the bottom of the scale', () => {
    expect(new Set(clipOverview(new Float32Array(8000)).mel.data)).toEqual(new Set([-80]));
  });

  it('refuses what is no signal', () => {
    expect(() => clipOverview(new Float32Array(0))).toThrow(expect.objectContaining({ code: 'audio' }));
    expect(() => clipOverview(Float32Array.of(0, NaN))).toThrow(/Sample 1/);
  });
});

describe('heatMapUrl', () => {
  it('paints time to the right, bins upwards, and clips at the ends of the scale', async () => {
    const frames = { data: Float64Array.of(0, 5, 10, 99), frames: 2, bins: 2 };
    const ramp = { domain: [0, 10], range: ['#000000', '#804000', '#ffffff'] } as const;
    const image = await loadImage(heatMapUrl(frames, ramp, { width: 6, height: 3 }));
    expect([image.width, image.height]).toEqual([6, 4]);
    const context = createCanvas(6, 4).getContext('2d');
    context.drawImage(image, 0, 0);
    const colour = (x: number, y: number) => Array.from(context.getImageData(x, y, 1, 1).data.slice(0, 3));
    expect([colour(0, 3), colour(2, 2)]).toEqual([[0, 0, 0], [0, 0, 0]]); // prettier-ignore
    expect([colour(0, 0), colour(2, 1)]).toEqual([[128, 64, 0], [128, 64, 0]]); // prettier-ignore
    expect([colour(3, 3), colour(5, 0)]).toEqual([[255, 255, 255], [255, 255, 255]]); // prettier-ignore
  });
});

describe('clipPicture', () => {
  it('shows four panels with their units on one time axis, in less than 2 MB', async () => {
    const svg = await renderSvg(clipPicture(melody(40), 'melody & <noise>.wav'));
    expect(svg.length).toBeLessThan(2e6);
    expect(svg.match(/<image /g)).toHaveLength(3);
    expect(svg.match(/href="data:image\/png;base64,/g)).toHaveLength(3);
    const texts = ['melody &amp; &lt;noise&gt;.wav', 'Waveform', 'Mel spectrogram', 'MFCC', 'Chroma', 'frequency (Hz)', 'coefficient', 'pitch class', 'time (s)', 'amplitude', '4,000', 'G♯']; // prettier-ignore
    for (const text of texts) expect(svg).toContain(text);
    expect(svg).toContain('40 s at 16 kHz');
  });

  it.each([
    ['silence', new Float32Array(16_000)],
    ['a single sample', Float32Array.of(0.3)],
  ])('can be drawn of %s', async (_, signal) => {
    const svg = await renderSvg(clipPicture(signal, 'short.wav'));
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('framesPicture', () => {
  const picture = (seconds: number) => {
    const signal = melody(seconds);
    return renderSvg(framesPicture(signal, 'melody.wav', logMelFrames, logMelFrames.extract(signal)));
  };

  it('shows the frames of a set under the waveform, with the names of their values', async () => {
    const svg = await picture(2);
    expect(svg.match(/<image /g)).toHaveLength(1);
    for (const text of ['Waveform', 'log-mel (80 values a frame)', 'a frame every 10 ms', 'mel0', 'mel40', 'mel79']) {
      expect(svg).toContain(text);
    }
    expect(svg).not.toContain('averaged');
  });

  it('averages the frames of a long clip, and can be drawn of one value that never changes', async () => {
    expect(await picture(25)).toContain('3 averaged a column');
    const set = { name: 'one', names: ['x'], frameRate: 10 };
    const svg = await renderSvg(framesPicture(new Float32Array(8000), 'silence.wav', set, new Float32Array(5)));
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});

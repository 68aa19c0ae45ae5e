import { hzToMel } from '../../../features/spectral/mel.ts';
import { SAMPLE_RATE, type FeatureSet, type FeatureValues, type Frames } from '../../../features/types.ts';
import { CHART_BASE, type ChartSpec, heading, MAGMA, SERIES_COLOURS } from '../chartTheme.ts';
import { averagedFrames, clipOverview, FRAME_LENGTH, HOP, MEL_BANDS, waveExtremes } from './clipOverview.ts';
import { heatMapUrl, type ColourRamp } from './heatMap.ts';

const WIDTH = 760;

/** Negative, zero, positive. */
const DIVERGING = ['#08306b', '#0072b2', '#9ecae1', '#f7f7f7', '#f5bd8b', '#d55e00', '#7a2f00'];
const BLUES = ['#f3f6f9', '#9ecae1', '#3182bd', '#08306b'];

const PITCH_CLASSES = ['C', 'C♯', 'D', 'D♯', 'E', 'F', 'F♯', 'G', 'G♯', 'A', 'A♯', 'B'];
const TICKS_HZ = [250, 500, 1000, 2000, 4000, 7000];

/**
 * One picture of a clip: waveform, mel spectrogram, MFCC and chroma stacked on one time axis.
 * @param signal  mono, 16 kHz
 * @param name  of the clip, for the title
 * @throws {SerError} `audio` for an empty signal or one with NaN or infinite samples
 * @example
 * clipPicture(new Float32Array(16_000).fill(0.1), 'constant').vconcat.length // → 4
 */
export function clipPicture(signal: Float32Array, name: string): ChartSpec {
  const { seconds, framesPerColumn, wave, mel, mfcc, chroma } = clipOverview(signal);
  const time: TimeAxis = { seconds, secondsPerColumn: (framesPerColumn * HOP) / SAMPLE_RATE };
  const melStep = hzToMel(SAMPLE_RATE / 2) / (MEL_BANDS + 1);
  const spread = coefficientSpread(mfcc);
  return stacked(
    name,
    seconds,
    `frames of ${FRAME_LENGTH.toLocaleString('en')} samples every ${HOP} (${(1000 * HOP) / SAMPLE_RATE} ms)`,
    framesPerColumn,
    [
      wavePanel(wave, time),
      heatPanel(mel, time, {
        title: `Mel spectrogram (${MEL_BANDS} bands)`,
        height: 190,
        // Bands are evenly spaced in mel; the outermost ones extend half a step beyond their centres.
        extent: [melStep / 2, (MEL_BANDS + 0.5) * melStep],
        axis: {
          title: 'frequency (Hz)',
          values: TICKS_HZ.map((hz) => hzToMel(hz)),
          labelExpr: `[${TICKS_HZ.map((hz) => `'${hz.toLocaleString('en')}'`).join()}][round(datum.index * ${TICKS_HZ.length - 1})]`,
        },
        ramp: { domain: [-80, 0], range: MAGMA },
        legend: 'dB under peak',
      }),
      heatPanel(mfcc, time, {
        title: 'MFCC (coefficient 0, the level, lies beyond the colours)',
        height: 160,
        extent: [-0.5, mfcc.bins - 0.5],
        axis: { title: 'coefficient', values: [0, 10, 20, 30, 39] },
        ramp: { domain: [-spread, spread], range: DIVERGING },
        legend: 'dB',
      }),
      heatPanel(chroma, time, {
        title: 'Chroma',
        height: 180,
        extent: [-0.5, 11.5],
        axis: {
          title: 'pitch class',
          values: PITCH_CLASSES.map((_, i) => i),
          labelExpr: `[${PITCH_CLASSES.map((pitch) => `'${pitch}'`).join()}][datum.value]`,
        },
        ramp: { domain: [0, 1], range: BLUES },
        legend: 'of the strongest',
        last: true,
      }),
    ],
  );
}

/**
 * One picture of the frames that a set makes of a clip, under its waveform.
 * @param signal  mono, 16 kHz
 * @param name  of the clip, for the title
 * @param values  what the set extracts of the signal, frames × names
 */
export function framesPicture(
  signal: Float32Array,
  name: string,
  set: Pick<FeatureSet, 'name' | 'names' | 'frameRate'>,
  values: FeatureValues,
): ChartSpec {
  const { names, frameRate = 1 } = set;
  const seconds = signal.length / SAMPLE_RATE;
  const { framesPerColumn, averaged } = averagedFrames({
    data: values,
    frames: values.length / names.length,
    bins: names.length,
  });
  const time: TimeAxis = { seconds, secondsPerColumn: framesPerColumn / frameRate };
  const [low, high] = Array.from(averaged.data).reduce(
    ([a, b], x) => [Math.min(a, x), Math.max(b, x)],
    [Infinity, -Infinity],
  );
  const ticks = [...new Set([0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * (names.length - 1))))];
  return stacked(
    name,
    seconds,
    `${set.name}, a frame every ${Number((1000 / frameRate).toPrecision(4))} ms`,
    framesPerColumn,
    [
      wavePanel(waveExtremes(signal), time),
      heatPanel(averaged, time, {
        title: `${set.name} (${names.length} values a frame)`,
        height: 320,
        extent: [-0.5, names.length - 0.5],
        axis: {
          title: 'feature',
          values: ticks,
          labelExpr: `[${ticks.map((tick) => JSON.stringify(names[tick])).join()}][datum.index * ${ticks.length - 1}]`,
        },
        ramp: { domain: low < high ? [low, high] : [low - 1, low + 1], range: MAGMA },
        legend: 'value',
        last: true,
      }),
    ],
  );
}

function stacked(
  name: string,
  seconds: number,
  frames: string,
  framesPerColumn: number,
  panels: (ReturnType<typeof wavePanel> | ReturnType<typeof heatPanel>)[],
): ChartSpec {
  const columns = framesPerColumn > 1 ? `, ${framesPerColumn.toLocaleString('en')} averaged a column` : '';
  return {
    ...CHART_BASE,
    title: {
      ...heading({ title: name, subtitle: `${Number(seconds.toPrecision(4))} s at 16 kHz, mono; ${frames}${columns}` }),
      frame: 'bounds',
    },
    spacing: 16,
    resolve: { scale: { color: 'independent' } },
    vconcat: panels,
  };
}

interface TimeAxis {
  seconds: number;
  secondsPerColumn: number;
}

function timeEncoding({ seconds }: TimeAxis, last: boolean) {
  return {
    type: 'quantitative' as const,
    scale: { domain: [0, seconds], nice: false },
    axis: { title: last ? 'time (s)' : null, grid: false, tickCount: 10 },
  };
}

function wavePanel(wave: readonly { time: number; value: number }[], time: TimeAxis) {
  const peak = wave.reduce((max, { value }) => Math.max(max, Math.abs(value)), 0) || 1;
  return {
    ...panel('Waveform', 110),
    data: { values: wave.map(({ time, value }) => ({ time: rounded(time), value: rounded(value) })) },
    mark: {
      type: 'line' as const,
      strokeWidth: 1,
      color: SERIES_COLOURS[0],
      strokeJoin: 'round' as const,
      point: wave.length < 2,
    },
    encoding: {
      x: { field: 'time', ...timeEncoding(time, false) },
      y: {
        field: 'value',
        type: 'quantitative' as const,
        scale: { domain: [-1.05 * peak, 1.05 * peak], nice: false },
        axis: { title: ['amplitude', '(full scale 1)'], tickCount: 5, minExtent: AXIS_EXTENT },
      },
    },
  };
}

interface HeatOptions {
  title: string;
  height: number;
  /** Axis values at the lower edge of bin 0 and at the upper edge of the last bin. */
  extent: readonly [number, number];
  axis: { title: string; values: readonly number[]; labelExpr?: string };
  ramp: ColourRamp;
  /** Title of the legend. */
  legend: string;
  /** Whether the time axis below it has a title. */
  last?: boolean;
}

function heatPanel(frames: Frames, time: TimeAxis, options: HeatOptions) {
  const { title, height, extent, axis, ramp, legend, last = false } = options;
  const [bottom, top] = extent;
  const [low, high] = ramp.domain;
  // A column covers the time around the centres of its frames; the first begins before the clip, and is cut there.
  const left = -time.secondsPerColumn / 2;
  const url = heatMapUrl(frames, ramp, { width: 2 * WIDTH, height: 2 * height });
  return {
    ...panel(title, height),
    layer: [
      {
        data: { values: [{ url, left, right: left + frames.frames * time.secondsPerColumn, bottom, top }] },
        mark: { type: 'image' as const, aspect: false, clip: true },
        encoding: {
          url: { field: 'url', type: 'nominal' as const },
          x: { field: 'left', ...timeEncoding(time, last) },
          x2: { field: 'right' },
          y: {
            field: 'bottom',
            type: 'quantitative' as const,
            scale: { domain: [...extent], nice: false, zero: false },
            axis: { ...axis, values: [...axis.values], grid: false, labelOverlap: false, minExtent: AXIS_EXTENT },
          },
          y2: { field: 'top' },
        },
      },
      {
        // An image has no scale; these invisible points add the legend.
        data: { values: ramp.domain.map((value) => ({ value })) },
        mark: { type: 'point' as const, opacity: 0 },
        encoding: {
          color: {
            field: 'value',
            type: 'quantitative' as const,
            scale: { domain: evenly(ramp), range: [...ramp.range] },
            legend: {
              title: legend,
              values: [low, (low + high) / 2, high],
              gradientLength: height - 24,
              gradientOpacity: 1,
            },
          },
        },
      },
    ],
  };
}

const AXIS_EXTENT = 64;

function panel(title: string, height: number) {
  return {
    title: { text: title, fontSize: 13, anchor: 'start' as const, frame: 'group' as const, offset: 6 },
    width: WIDTH,
    height,
  };
}

/** A domain with as many values as there are colours. */
function evenly({ domain: [low, high], range }: ColourRamp): number[] {
  return range.map((_, i) => low + ((high - low) * i) / (range.length - 1));
}

/** Five digits are more than a picture shows, and halve the SVG. */
function rounded(value: number): number {
  return Number(value.toPrecision(5));
}

/** 95th percentile of the absolute values without coefficient 0, rounded up to tens. */
function coefficientSpread({ data, bins }: Frames): number {
  const sizes = Array.from(data, Math.abs)
    .filter((_, i) => i % bins !== 0)
    .sort((a, b) => a - b);
  return Math.max(10, 10 * Math.ceil(sizes[Math.floor(0.95 * (sizes.length - 1))] / 10));
}

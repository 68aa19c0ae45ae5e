import { phasesFilter, tapsPerPhase, type FilterTask } from './soxrFilter.ts';
import type { Stage } from './soxrStage.ts';

const { fround } = Math;

/** Coefficients take no more than this, else they are interpolated between fewer phases. */
const MOST_BYTES = 400_999;
/** Filters of fewer phases are planned as if they had these. */
const LEAST_PHASES = 19;

export interface PhasesOptions {
  task: FilterTask;
  /** Samples of the input from one sample of the output to the next, in lowest terms `down` / `up`; `up` is 1 if it has none. */
  down: number;
  up: number;
  /** Whether `down` / `up` is exact. */
  rational: boolean;
  /** Whether an odd number of taps is made even. */
  even: boolean;
  /** How many phases, in bits, linear and quadratic interpolation take. */
  phaseBits: [number, number];
}

/** A stage of soxr's that reads a signal at equal steps between its samples, by a short filter of many phases. */
export function createPhasesStage(options: PhasesOptions): Stage {
  const { taps, width, phases, order, down, up } = size(options);
  const table = coefficients(phasesFilter(options.task, taps, phases), taps, width, phases, order);
  const lead = ((taps - 1) >> 1) + width - taps;
  // Times have steps of a phase if every time falls on one, else of 2⁻³² samples, whose rounding adds up like soxr's.
  const unit = order === 0 ? up : 2 ** 32;
  const step = order === 0 ? down : Math.floor(down * unit + 0.5);
  const perPhase = unit / phases;
  const start = taps % 2 === 1 ? 0.5 : 0;

  return {
    needs: (length) => Math.floor(start + (length - 1) * (step / unit)) + 1 + width - lead,
    run(signal, length) {
      const padded = new Float32Array(lead + Math.max(signal.length, this.needs(length)));
      padded.set(signal, lead);
      const output = new Float32Array(length);
      const mixed = new Float32Array(width);
      const [whole, part] = [Math.floor(step / unit), step % unit];
      let [sample, fraction] = [0, start * unit];
      for (let n = 0; n < length; n++) {
        const at = Math.floor(fraction / perPhase) * width * (order + 1);
        if (order === 0) {
          output[n] = dot(table, at, width, padded, sample);
        } else {
          mix(table, at, order, fround((fraction % perPhase) / perPhase), mixed);
          output[n] = dot(mixed, 0, width, padded, sample);
        }
        sample += whole;
        fraction += part;
        if (fraction >= unit) {
          fraction -= unit;
          sample++;
        }
      }
      return output;
    },
  };
}

/** What a table of coefficients has: taps, the same in multiples of four, phases, and the order of interpolation between these. */
interface TableSize {
  taps: number;
  width: number;
  phases: number;
  order: number;
  down: number;
  up: number;
}

/** The lowest order of interpolation that keeps the table small. */
function size(options: PhasesOptions, order = options.rational ? 0 : 1): TableSize {
  const { task, even, phaseBits } = options;
  let { down, up } = options;
  if (order > 0) [down, up] = [down / up, 1];
  let phases = order === 0 ? up : 2 ** phaseBits[order - 1];
  let taps = tapsPerPhase(task, Math.max(phases, LEAST_PHASES));
  if (even) taps += taps % 2;
  // The middle of an odd number of taps lies half a sample on: that takes an even number of phases.
  if (order === 0 && taps % 2 === 1 && up % 2 === 1) [phases, down, up] = [2 * phases, 2 * down, 2 * up];
  const width = Math.ceil(taps / 4) * 4;
  const bytes = 4 * width * phases * (order + 1);
  return order < 2 && bytes > MOST_BYTES ? size(options, order + 1) : { taps, width, phases, order, down, up };
}

/** Evaluates the polynomials of a phase, `rest` of the way to the next one. */
function mix(table: Float32Array, at: number, order: number, rest: number, mixed: Float32Array): void {
  for (let j = 0; j < mixed.length; j++, at += order + 1) {
    let coefficient = table[at];
    for (let power = 1; power <= order; power++) coefficient = fround(fround(coefficient * rest) + table[at + power]);
    mixed[j] = coefficient;
  }
}

/** Four sums side by side, joined at the end: rounding follows soxr on SSE. */
function dot(table: Float32Array, at: number, width: number, samples: Float32Array, from: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let j = 0; j < width; j += 4) {
    a = fround(a + fround(table[at + j] * samples[from + j]));
    b = fround(b + fround(table[at + j + 1] * samples[from + j + 1]));
    c = fround(c + fround(table[at + j + 2] * samples[from + j + 2]));
    d = fround(d + fround(table[at + j + 3] * samples[from + j + 3]));
  }
  return fround(a + c) + fround(b + d);
}

/**
 * For each phase and tap the coefficients of a polynomial towards the next phase, the highest power first.
 * Taps come in the order of the samples that they meet, zeros before them up to `width`.
 */
function coefficients(filter: Float64Array, taps: number, width: number, phases: number, order: number): Float32Array {
  const table = new Float32Array(width * phases * (order + 1));
  let [next, afterNext] = [0, 0];
  for (let i = taps - 1; i >= 0; i--) {
    for (let phase = phases - 1; phase >= 0; phase--) {
      const position = i * phases + phase;
      const value = position > 0 ? filter[position - 1] : 0;
      const curve = order === 2 ? 0.5 * (afterNext + value) - next : 0;
      const polynomial = [value, next - curve - value, curve];
      const at = (phase * width + width - 1 - i) * (order + 1);
      for (let power = 0; power <= order; power++) table[at + order - power] = polynomial[power];
      [afterNext, next] = [next, value];
    }
  }
  return table;
}

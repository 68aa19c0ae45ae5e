import { phasesFilter, tapsPerPhase, type FilterTask } from './soxrFilter.ts';
import type { Stage } from './soxrStage.ts';

const { fround } = Math;

/** Times are kept in steps of 2⁻³² samples. */
const FRACTION = 2 ** 32;
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
  const start = taps % 2 === 1 ? 0.5 : 0;
  const clock = order === 0 ? rationalClock(down, up, start) : steadyClock(down, phases, start);

  return {
    needs: (length) => clock.after(length - 1) + width - lead,
    run(signal, length) {
      const padded = new Float32Array(lead + Math.max(signal.length, this.needs(length)));
      padded.set(signal, lead);
      const output = new Float32Array(length);
      const tick = clock.begin();
      const mixed = new Float32Array(width);
      for (let n = 0; n < length; n++, tick.next()) {
        const at = tick.phase * width * (order + 1);
        if (order > 0) mix(table, at, order, tick.rest, mixed);
        output[n] = order > 0 ? dot(mixed, 0, width, padded, tick.sample) : dot(table, at, width, padded, tick.sample);
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

/** Evaluates the polynomials of a phase. */
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

/** Where the output's next sample lies: how many samples on, in which phase, and how far towards the next phase. */
interface Tick {
  sample: number;
  phase: number;
  rest: number;
  next(): void;
}

interface Clock {
  /** The whole samples that `ticks` steps take. */
  after(ticks: number): number;
  begin(): Tick;
}

function rationalClock(down: number, up: number, start: number): Clock {
  const first = start * up;
  return {
    after: (ticks) => Math.floor((first + ticks * down) / up),
    begin() {
      let at = first;
      return {
        sample: Math.floor(first / up),
        phase: first % up,
        rest: 0,
        next() {
          at += down;
          this.sample = Math.floor(at / up);
          this.phase = at % up;
        },
      };
    },
  };
}

/** Sums steps rounded to `FRACTION`, so that its rounding adds up like soxr's. */
function steadyClock(step: number, phases: number, start: number): Clock {
  const ticksPerStep = Math.floor(step * FRACTION + 0.5);
  const [whole, part] = [Math.floor(ticksPerStep / FRACTION), ticksPerStep % FRACTION];
  const perPhase = FRACTION / phases;
  return {
    after: (ticks) => Math.floor(start + ticks * (ticksPerStep / FRACTION)) + 1,
    begin() {
      let fraction = start * FRACTION;
      const tick = {
        sample: 0,
        phase: 0,
        rest: 0,
        next() {
          fraction += part;
          tick.sample += whole;
          if (fraction >= FRACTION) {
            fraction -= FRACTION;
            tick.sample++;
          }
          place();
        },
      };
      const place = (): void => {
        tick.phase = Math.floor(fraction / perPhase);
        tick.rest = fround((fraction % perPhase) / perPhase);
      };
      place();
      return tick;
    },
  };
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

import { createComplexFft } from '../fft/fft.ts';
import { type Complex, FLOAT32, planPasses, writePass } from '../fft/fftPasses.ts';
import { frameQuads } from '../wasm/frameLanes.ts';
import { kaiserLowpass, type KaiserLowpass } from './kaiser.ts';
import { f32x4, i32, instantiate, v128, type Code } from '../wasm/wasm.ts';

/** Filters a signal that is zero beyond its ends. */
export type Filter = (signal: Float32Array, length?: number) => Float32Array;

export interface FilterOptions {
  /** Integer factors by which the rate is raised or lowered; one of them is 1. */
  up: number;
  down: number;
  /** Times are in samples of the lower of the two rates. */
  lowpass: KaiserLowpass;
}

const { add, sub, mul } = f32x4;
const FLOAT = 4;
const VECTOR = 16;
/** Transforms side by side, one per lane of a vector; each holds two blocks, as real and as imaginary parts. */
const LANES = 4;
const BLOCKS = 2 * LANES;

/**
 * A linear-phase FIR filter without delay that raises or lowers the rate of a signal by an integer factor: convolution in blocks by Fourier
 * transforms (overlap-save; Oppenheim and Schafer, Discrete-Time Signal Processing, 8.7), each phase of the filter by itself, so that
 * nothing is computed at the higher rate (polyphase; Crochiere and Rabiner, Multirate Digital Signal Processing, 3.3).
 * @returns  a filter that gives `length` samples, by default as many as there are until the filter has died away
 */
export function createFilter({ up, down, lowpass }: FilterOptions): Filter {
  const reach = Math.ceil(lowpass.halfWidth) + 1;
  const size = 2 ** Math.ceil(Math.log2(6 * reach));
  const advance = size - 2 * reach;
  const kernel = createKernel(size, down, responses({ up, down, lowpass }, reach, size));

  return (signal, length = (Math.ceil(signal.length / down) + reach) * up) => {
    const output = new Float32Array(length);
    for (let first = 0; first * up < length; first += BLOCKS * advance) {
      kernel.inputs.forEach((input, block) => {
        const start = (first + block * advance - reach) * down;
        const end = start + input.length;
        if (start < 0 || end > signal.length) input.fill(0);
        const from = Math.max(start, 0);
        if (from < signal.length) input.set(signal.subarray(from, end), from - start);
      });
      kernel.transform();
      for (let phase = 0; phase < up; phase++) {
        kernel.filter(phase);
        kernel.outputs.forEach((filtered, block) => {
          const start = (first + block * advance) * up + phase;
          const count = Math.min(advance, Math.ceil((length - start) / up));
          if (count <= 0) return;
          if (up === 1) output.set(filtered.subarray(reach, reach + count), start);
          else for (let i = 0, to = start; i < count; i++, to += up) output[to] = filtered[reach + i];
        });
      }
    }
    // Transforms spread rounding errors; digital silence must stay silent.
    for (const [start, end] of silences(signal, 2 * reach * down)) {
      const from = start === 0 ? 0 : Math.ceil(start / down + reach) * up;
      const to = end === signal.length ? length : Math.floor(end / down - reach) * up;
      output.fill(0, from, Math.max(from, to));
    }
    return output;
  };
}

/** Ranges [start, end) in which a signal is zero for at least `least` samples. */
function* silences(signal: Float32Array, least: number): Generator<[start: number, end: number]> {
  for (let at = 0; at < signal.length; at += least) {
    if (signal[at] !== 0) continue;
    let [start, end] = [at, at];
    while (start > 0 && signal[start - 1] === 0) start--;
    while (end < signal.length && signal[end] === 0) end++;
    if (end - start >= least) yield [start, end];
    at = Math.max(at, end - least);
  }
}

/** Spectra of the filter's phases: real and imaginary part of each bin, with the factor 1/size of the inverse transform. */
function responses({ up, down, lowpass }: FilterOptions, reach: number, size: number): Float32Array {
  const result = new Float32Array(2 * size * up * down);
  const fft = createComplexFft(size);
  for (let phase = 0; phase < up * down; phase++) {
    const [re, im] = [new Float64Array(size), new Float64Array(size)];
    const shift = down === 1 ? phase / up : -phase / down;
    for (let j = -reach; j <= reach; j++) re[(j + size) % size] = kaiserLowpass(j + shift, lowpass) / (down * size);
    fft.transform(re, im);
    for (let k = 0; k < size; k++) result.set([re[k], im[k]], 2 * (size * phase + k));
  }
  return result;
}

interface Kernel {
  /** The blocks before and after filtering; the former are `down` times as long. */
  inputs: Float32Array[];
  outputs: Float32Array[];
  /** Transforms all phases of the inputs. */
  transform(): void;
  /** Multiplies by the responses for one phase of the output, and transforms back. */
  filter(phase: number): void;
}

function createKernel(size: number, down: number, responses: Float32Array): Kernel {
  let end = 0;
  const reserve = (bytes: number): number => (end += bytes) - bytes;
  /** Four transforms: number i of each, then number i + 1 of each. */
  const reserveLanes = (): Complex<number> => ({ re: reserve(size * VECTOR), im: reserve(size * VECTOR) });
  const inputsAt = reserve(BLOCKS * size * down * FLOAT);
  const outputsAt = reserve(BLOCKS * size * FLOAT);
  const phases = Array.from({ length: down }, reserveLanes);
  const spectra = Array.from({ length: down }, reserveLanes);
  const [scratch, product, result] = Array.from({ length: 3 }, reserveLanes);
  const twiddles: [at: number, values: Float32Array][] = [];
  const passes = planPasses(
    size,
    (length) => {
      const values = Float32Array.from({ length: 6 * (length / 4) }, (_, i) => {
        const angle = (-2 * Math.PI * Math.floor(i / 6) * (1 + ((i % 6) >> 1))) / length;
        return i % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
      });
      const at = reserve(values.byteLength);
      twiddles.push([at, values]);
      return at;
    },
    LANES,
  );
  const responsesAt = reserve(responses.byteLength);
  const chosenAt = reserve(FLOAT);

  /** The buffers of each pass, alternating so that the last pass ends in `to`. */
  const route = (from: Complex<number>, to: Complex<number>): Complex<number>[] => [
    from,
    ...passes.map((_, i) => ((passes.length - i) % 2 === 1 ? to : scratch)),
  ];
  const exchanged = ({ re, im }: Complex<number>): Complex<number> => ({ re: im, im: re });
  const parts = ['re', 'im'] as const;

  const { memory, functions } = instantiate(end, {
    transform(body) {
      const line = size * down * FLOAT;
      parts.forEach((part, half) => {
        body.loop(size / LANES, [inputsAt + half * LANES * line, 0], [down * VECTOR, LANES * VECTOR], (from, to) => {
          for (let step = 0; step < down; step++) {
            const rows = [0, 1, 2, 3].map((row) => v128.load(from, row * line + step * VECTOR));
            frameQuads(body, rows).forEach((vector, i) => {
              const at = step * LANES + i;
              body.emit(v128.store(to, vector, phases[at % down][part] + Math.floor(at / down) * VECTOR));
            });
          }
        });
      });
      phases.forEach((phase, p) => {
        const buffers = route(phase, spectra[p]);
        passes.forEach((pass, i) => writePass(body, pass, buffers[i], buffers[i + 1], FLOAT32));
      });
    },
    filter(body) {
      body.loop(size, [0, i32.load(i32.constant(chosenAt))], [VECTOR, 2 * FLOAT], (at, response) => {
        const products = spectra.map((spectrum, phase): Complex<Code> => {
          const x = { re: body.keep(v128.load(at, spectrum.re)), im: body.keep(v128.load(at, spectrum.im)) };
          const [re, im] = [0, FLOAT].map((part) =>
            body.keep(v128.loadSplat(response, phase * 2 * size * FLOAT + part)),
          );
          return { re: sub(mul(x.re, re), mul(x.im, im)), im: add(mul(x.re, im), mul(x.im, re)) };
        });
        for (const part of parts) {
          const sum = products.map((y) => y[part]).reduce((a, b) => add(a, b));
          body.emit(v128.store(at, sum, product[part]));
        }
      });
      // With real and imaginary parts swapped on both sides, the forward passes transform back.
      const buffers = route(product, result).map(exchanged);
      passes.forEach((pass, i) => writePass(body, pass, buffers[i], buffers[i + 1], FLOAT32));
      parts.forEach((part, half) => {
        const line = size * FLOAT;
        body.loop(size / LANES, [0, outputsAt + half * LANES * line], [LANES * VECTOR, VECTOR], (from, to) => {
          const vectors = [0, 1, 2, 3].map((i) => v128.load(from, result[part] + i * VECTOR));
          frameQuads(body, vectors).forEach((row, i) => body.emit(v128.store(to, row, i * line)));
        });
      });
    },
  });
  for (const [at, values] of [...twiddles, [responsesAt, responses] as const])
    new Float32Array(memory, at, values.length).set(values);
  const chosen = new Int32Array(memory, chosenAt, 1);
  const blocks = (at: number, length: number): Float32Array[] =>
    Array.from({ length: BLOCKS }, (_, i) => new Float32Array(memory, at + i * length * FLOAT, length));
  return {
    inputs: blocks(inputsAt, size * down),
    outputs: blocks(outputsAt, size),
    transform: functions.transform,
    filter(phase) {
      chosen[0] = responsesAt + phase * down * 2 * size * FLOAT;
      functions.filter();
    },
  };
}

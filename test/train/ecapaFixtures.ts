import { readFileSync } from 'node:fs';
import { createRandom } from '../../src/random.ts';
import { type EcapaWidths, ecapaShapes } from '../../src/train/gender/ecapa/ecapaWeights.ts';
import type { Tensors } from '../../src/train/gender/ecapa/safetensors.ts';

const FIXTURES = new URL('../fixtures/ecapa/', import.meta.url);

export const tinyWeights = new URL('tiny.safetensors', FIXTURES).pathname;
const json = (name: string): unknown => JSON.parse(readFileSync(new URL(name, FIXTURES), 'utf8'));

/** By clip id: figures of torch. */
export const expectedOfClips = json('tiny.expected.json') as Record<
  string,
  {
    samples: number;
    frames: number;
    logmel_mean_abs: number;
    logmel_first_frame: number[];
    logmel_frame_50: number[];
    logits: number[];
  }
>;

/** By number of samples of `syntheticSignal`: figures of NumPy. */
export const expectedOfSynthetic = json('synthetic.expected.json') as Record<
  string,
  { frames: number; meanAbs: number; first: number[]; last: number[]; logits: number[] }
>;

/** Two sines, one of them swelling, and a little noise. */
export function syntheticSignal(samples: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length: samples }, (_, i) => {
    state = (state * 16_807) % 2_147_483_647;
    const sine = (hz: number): number => Math.sin((2 * Math.PI * hz * i) / 16_000);
    return 0.3 * sine(180) + 0.2 * sine(1230) * sine(3) + 0.02 * (state / 2_147_483_647 - 0.5);
  });
}

export const FULL_WIDTHS: EcapaWidths = {
  channels: 1024,
  group: 128,
  squeeze: 128,
  mfa: 1536,
  attention: 256,
  embedding: 192,
};

/** Random weights of any widths, scaled so that activations stay near 1. */
export function randomWeights(widths: EcapaWidths, seed = 1): Tensors {
  const random = createRandom(seed);
  const tensors: Tensors = {};
  for (const [name, shape] of ecapaShapes(widths)) {
    const size = shape.reduce((a, b) => a * b, 1);
    const data = new Float32Array(size);
    if (name.endsWith('running_var') || (shape.length === 1 && name.endsWith('weight'))) data.fill(1);
    else {
      const reach = shape.length > 1 ? 1.5 * Math.sqrt(shape[0] / size) : 0.1;
      for (let i = 0; i < size; i++) data[i] = random.between(-reach, reach);
    }
    tensors[name] = { shape, data };
  }
  return tensors;
}

/** Tensors as a safetensors file, with PyTorch's counters if `counters` says so. */
export function writeSafetensors(tensors: Tensors, counters = false): Buffer {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  const values: Buffer[] = [];
  let end = 0;
  const add = (name: string, dtype: string, shape: readonly number[], data: Float32Array | BigInt64Array): void => {
    header[name] = { dtype, shape, data_offsets: [end, (end += data.byteLength)] };
    values.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  };
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    add(name, 'F32', shape, data);
    if (counters && name.endsWith('.running_var')) {
      add(name.replace('running_var', 'num_batches_tracked'), 'I64', [], BigInt64Array.of(7n));
    }
  }
  return safetensorsFile(JSON.stringify(header), Buffer.concat(values));
}

/** A safetensors file of any header, true or not. */
export function safetensorsFile(
  header: string,
  values: Uint8Array,
  headerLength = BigInt(Buffer.byteLength(header)),
): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(headerLength);
  return Buffer.concat([length, Buffer.from(header), values]);
}

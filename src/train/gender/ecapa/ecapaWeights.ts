import { SerError } from '../../../error.ts';
import { LOG_MEL } from '../../../features/sets/logMel.ts';
import type { Random } from '../../../random.ts';
import type { Tensors } from './safetensors.ts';

/** Constants of all ECAPA-TDNN gender models; the rest are widths, which follow from the weights. */
export const ECAPA = {
  /** Groups of a Res2 block; all but the last are convolved. */
  scale: 8,
  /** Taps of the first convolution, and of those within a block. */
  kernels: { first: 5, block: 3 },
  /** One per block. */
  dilations: [2, 3, 4],
  /** PyTorch's `BatchNorm1d`. */
  epsilon: 1e-5,
  /** Least variance of the pooling. */
  leastVariance: 1e-4,
  labels: ['male', 'female'],
} as const;

export interface EcapaWidths {
  /** Published model: 1024. */
  channels: number;
  /** Channels of one of the 8 groups of a block: channels / 8, rounded down. */
  group: number;
  /** Bottleneck of the squeeze-and-excitation: 128. */
  squeeze: number;
  /** Multi-layer feature aggregation: 1536. */
  mfa: number;
  /** Bottleneck of the attention: 256. */
  attention: number;
  embedding: number;
}

const NORM_PARTS = ['weight', 'bias', 'running_mean', 'running_var'];
/** PyTorch's counter of training steps, which inference does not use. */
const COUNTER = 'num_batches_tracked';

/** Name and shape of every tensor of a model with these widths, in the order of the computation. */
export function ecapaShapes({ channels, group, squeeze, mfa, attention, embedding }: EcapaWidths) {
  const shapes = new Map<string, readonly number[]>();
  const affine = (layer: string, ...shape: number[]): void => {
    shapes.set(`${layer}.weight`, shape).set(`${layer}.bias`, [shape[0]]);
  };
  const norm = (layer: string, width: number): void => {
    for (const part of NORM_PARTS) shapes.set(`${layer}.${part}`, [width]);
  };
  affine('conv1', channels, LOG_MEL.mels, ECAPA.kernels.first);
  norm('bn1', channels);
  for (const layer of ECAPA.dilations.map((_, i) => `layer${i + 1}`)) {
    affine(`${layer}.conv1`, ECAPA.scale * group, channels, 1);
    norm(`${layer}.bn1`, ECAPA.scale * group);
    for (let i = 0; i < ECAPA.scale - 1; i++) {
      affine(`${layer}.convs.${i}`, group, group, ECAPA.kernels.block);
      norm(`${layer}.bns.${i}`, group);
    }
    affine(`${layer}.conv3`, channels, ECAPA.scale * group, 1);
    norm(`${layer}.bn3`, channels);
    affine(`${layer}.se.se.1`, squeeze, channels, 1);
    affine(`${layer}.se.se.3`, channels, squeeze, 1);
  }
  affine('layer4', mfa, ECAPA.dilations.length * channels, 1);
  affine('attention.0', attention, 3 * mfa, 1);
  norm('attention.2', attention);
  affine('attention.4', mfa, attention, 1);
  norm('bn5', 2 * mfa);
  affine('fc6', embedding, 2 * mfa);
  norm('bn6', embedding);
  affine('fc7', ECAPA.labels.length, embedding);
  return shapes;
}

/** Initial weights: He's for multiplied ones, norms that change nothing, biases 0. */
export function initialEcapa(widths: EcapaWidths, random: Random): Tensors {
  const tensors: Tensors = {};
  for (const [name, shape] of ecapaShapes(widths)) {
    const size = shape.reduce((product, length) => product * length, 1);
    const deviation = Math.sqrt((2 * shape[0]) / size);
    const isOne = name.endsWith('weight') || name.endsWith('running_var');
    const value = shape.length > 1 ? () => deviation * random.normal() : () => Number(isOne);
    tensors[name] = { shape, data: Float32Array.from({ length: size }, value) };
  }
  return tensors;
}

/**
 * Determines the widths from the weights and checks every tensor against them.
 * @param origin  their name in messages
 * @throws {SerError} `model`, naming the tensor, if one is missing, misshapen, not finite, or superfluous
 */
export function checkEcapaWeights(tensors: Tensors, origin = 'the weights'): EcapaWidths {
  const refuse = (message: string): never => {
    throw new SerError('model', `${origin}: not the weights of an ECAPA-TDNN gender model: ${message}.`);
  };
  const widthOf = (name: string): number =>
    Object.hasOwn(tensors, name) ? (tensors[name].shape[0] ?? 0) : refuse(`tensor "${name}" is missing`);
  const widths: EcapaWidths = {
    channels: widthOf('conv1.weight'),
    group: widthOf('layer1.convs.0.weight'),
    squeeze: widthOf('layer1.se.se.1.weight'),
    mfa: widthOf('layer4.weight'),
    attention: widthOf('attention.0.weight'),
    embedding: widthOf('fc6.weight'),
  };
  const shapes = ecapaShapes(widths);
  for (const [name, shape] of shapes) {
    widthOf(name);
    const { shape: actual, data } = tensors[name];
    if (actual.join() !== shape.join()) {
      refuse(`tensor "${name}" has shape [${actual.join(', ')}] instead of [${shape.join(', ')}]`);
    }
    const size = shape.reduce((a, b) => a * b, 1);
    if (size === 0) refuse(`tensor "${name}" is empty`);
    if (data.length !== size) refuse(`tensor "${name}" has ${data.length} values instead of ${size}`);
    const bad = data.findIndex((value) => value - value !== 0);
    if (bad >= 0) refuse(`value ${bad} of tensor "${name}" is ${data[bad]}`);
    if (name.endsWith('.running_var') && data.some((value) => value < 0)) {
      refuse(`tensor "${name}" holds a variance below 0`);
    }
  }
  const extra = Object.keys(tensors).find((name) => !shapes.has(name) && !isCounter(name, shapes));
  if (extra !== undefined) refuse(`tensor "${extra}" belongs to no layer of it`);
  return widths;
}

function isCounter(name: string, shapes: ReadonlyMap<string, unknown>): boolean {
  return name.endsWith(`.${COUNTER}`) && shapes.has(name.replace(COUNTER, 'running_var'));
}

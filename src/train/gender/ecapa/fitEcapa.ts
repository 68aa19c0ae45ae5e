import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import { LOG_MEL } from '../../../features/sets/logMel.ts';
import * as v from 'valibot';
import { finite } from '../../../files/json.ts';
import { createRandom } from '../../../random.ts';
import { findCheckpoint } from '../../engine/checkpoint.ts';
import { ecapaLogits, type Norms } from './ecapaTensors.ts';
import { ECAPA, type EcapaWidths, initialEcapa } from './ecapaWeights.ts';
import type { Engine } from '../../engine/engine.ts';
import { cutWeights } from '../../network/layers.ts';
import { blend, polynomialDecay, trainRounds } from '../../network/rounds.ts';
import { joinSamples } from '../../../features/join.ts';
import type { Batch } from '../training/genderBatches.ts';
import { batchNorm, type NormWeights, reluNorm } from './reluNorm.ts';
import type { Tensors } from './safetensors.ts';

export interface EcapaOptions {
  widths: EcapaWidths;
  /** Number of batches. */
  steps: number;
  /** Adam's peak learning rate: a linear rise, then a cosine fall to 0. */
  learningRate: number;
  /** Share of the steps in which it rises. */
  warmUp: number;
  /** Label smoothing: probability assigned to the other gender, so that the network does not aim at certainty. */
  smoothing: number;
  /** Decay of the moving average of weights and moments, per step. */
  averaging: number;
  seed: number | string;
}

export const ECAPA_DEFAULTS: EcapaOptions = {
  widths: { channels: 96, group: 12, squeeze: 32, mfa: 192, attention: 48, embedding: 64 },
  steps: 1800,
  learningRate: 2e-3,
  warmUp: 0.1,
  smoothing: 0.05,
  averaging: 0.99,
  seed: 1,
};

export interface EcapaContext {
  engine: Engine;
  /** File for the state, written every hundred steps and at a stop; the training continues from one with this fingerprint. Default: none. */
  checkpoint?: { path: string; fingerprint: string };
  /** Stops the training. */
  signal?: AbortSignal;
  /** @param loss  of the batch, with label smoothing */
  onStep?: (step: number, loss: number, steps: number) => void;
}

export interface FittedEcapa {
  /** Weights and running moments, averaged over the last steps, named and shaped as in PyTorch. */
  tensors: Tensors;
  /** One per step, with label smoothing. */
  losses: number[];
}

const STEPS_A_CHECKPOINT = 100;

/**
 * Trains an ECAPA-TDNN to classify the gender of voices.
 * @param batchOf  returns the batch of a step (from 1), always the same one
 * @throws {SerError} `model` if the loss is not a number
 * @throws the signal's reason when it is aborted
 */
export async function fitEcapa(
  batchOf: (step: number) => Batch,
  options: EcapaOptions,
  { engine, checkpoint, signal, onStep }: EcapaContext,
): Promise<FittedEcapa> {
  const tensors = initialEcapa(options.widths, createRandom(`${options.seed}/initial`));
  const [moments, names] = [true, false].map((are) => Object.keys(tensors).filter((name) => name.includes('.running_') === are)); // prettier-ignore
  const share = (step: number): number => Math.max(1 - options.averaging, polynomialDecay(step));
  let now = 0;
  const note = (name: string, values: Float32Array): void => blend(tensors[name].data, values, share(now));

  const { average, state } = await trainRounds<Batch, { losses: number[] }>({
    engine,
    unit: 'step',
    rounds: options.steps,
    shapes: names.map((name) => tensors[name].shape),
    weights: joinSamples(names.map((name) => tensors[name].data)),
    others: moments.map((name) => tensors[name].data),
    state: { losses: [] },
    schema: v.object({ losses: v.array(finite) }),
    begin: (step) => {
      now = step;
      return { batches: [batchOf(step)], learningRate: rateAt(step, options) };
    },
    loss: (variables, { x, y, frames }) => {
      const weights = Object.fromEntries(names.map((name, i) => [name, variables[i]]));
      const input = engine.tf.tensor3d(x, [y.length, frames, LOG_MEL.mels]);
      const logits = ecapaLogits(engine, weights, input, trainingNorms(engine, weights, note));
      return smoothedLoss(engine, logits, y, options.smoothing);
    },
    share,
    end: (_, { losses }, [loss]) => ({ losses: [...losses, loss] }),
    file: checkpoint && { ...checkpoint, read: findCheckpoint },
    saveEvery: STEPS_A_CHECKPOINT,
    signal,
    onRound: (step, { losses }) => onStep?.(step, losses.at(-1)!, options.steps),
  });
  cutWeights(average, names.map((name) => tensors[name].shape)).forEach((part, i) => tensors[names[i]].data.set(part)); // prettier-ignore
  return { tensors, losses: state.losses };
}

/** Norms by the moments of the batch, which are reported for the running ones. */
function trainingNorms(
  engine: Engine,
  weights: Readonly<Record<string, Tensor>>,
  tell: (name: string, values: Float32Array) => void,
): Norms {
  const parts = (layer: string): NormWeights => ({
    scale: weights[`${layer}.weight`] as Tensor1D,
    offset: weights[`${layer}.bias`] as Tensor1D,
  });
  const onMoments = (layer: string) => (mean: Float32Array, variance: Float32Array) => {
    tell(`${layer}.running_mean`, mean);
    tell(`${layer}.running_var`, variance);
  };
  return {
    norm: (x, layer) => batchNorm(engine, x, parts(layer), onMoments(layer)),
    reluNorm: (x, bias, layer) => reluNorm(engine, x, bias, parts(layer), onMoments(layer)),
  };
}

/** The network in inference, with the running moments; equals `ecapaGraph`. @returns logits, clips × 2 */
export function predictEcapa(engine: Engine, tensors: Tensors, x: Tensor3D): Tensor2D {
  const { tf } = engine;
  const weights = Object.fromEntries(
    Object.entries(tensors).map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape])]),
  );
  const norm = (value: Tensor2D, layer: string): Tensor2D => {
    const parts = ['running_mean', 'running_var', 'bias', 'weight'].map(
      (part) => weights[`${layer}.${part}`] as Tensor1D,
    );
    const [mean, variance, offset, scale] = parts;
    return tf.batchNorm2d(value, mean, variance, offset, scale, ECAPA.epsilon);
  };
  const reluNorm: Norms['reluNorm'] = (value, bias, layer) => norm(tf.relu(tf.add(value, bias)), layer);
  return ecapaLogits(engine, weights, x, { norm, reluNorm });
}

/** Cross-entropy with label smoothing. */
function smoothedLoss({ tf }: Engine, logits: Tensor2D, y: Uint8Array, smoothing: number) {
  const target = new Float32Array(2 * y.length).fill(-smoothing / y.length);
  y.forEach((label, row) => (target[2 * row + label] = -(1 - smoothing) / y.length));
  return tf.sum<Tensor & { rank: 0 }>(tf.mul(tf.logSoftmax(logits), tf.tensor2d(target, [y.length, 2]))) as never;
}

function rateAt(step: number, { steps, learningRate, warmUp }: EcapaOptions): number {
  const rising = warmUp * steps;
  if (step < rising) return (learningRate * step) / rising;
  return (learningRate * (1 + Math.cos((Math.PI * (step - rising)) / (steps - rising)))) / 2;
}

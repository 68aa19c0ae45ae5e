import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { subtractTimeMean } from '../../../../src/features/sets/logMel.ts';
import { createRandom } from '../../../../src/random.ts';
import { ecapaGraph } from '../../../../src/train/gender/ecapa/ecapaGraph.ts';
import { type Engine, loadEngine } from '../../../../src/train/engine/engine.ts';
import { ECAPA_DEFAULTS, fitEcapa, predictEcapa } from '../../../../src/train/gender/ecapa/fitEcapa.ts';
import type { Batch } from '../../../../src/train/gender/training/genderBatches.ts';
import { genderMetadata } from '../../../../src/train/gender/ecapa/genderMetadata.ts';
import { openInNode } from '../../../../src/onnx/openInNode.ts';
import { openEcapa } from '../../../../src/train/gender/ecapa/openEcapa.ts';
import { batchNorm, reluNorm } from '../../../../src/train/gender/ecapa/reluNorm.ts';

const FRAMES = 24;
const widths = { channels: 16, group: 2, squeeze: 8, mfa: 24, attention: 8, embedding: 8 };

/** Two kinds of sound that beat at different bands. */
function batches(seed: number, clips = 12): (step: number) => Batch {
  return (step) => {
    const random = createRandom(`${seed}/${step}`);
    const x = new Float32Array(clips * FRAMES * 80);
    const y = Uint8Array.from({ length: clips }, (_, i) => i % 2);
    y.forEach((kind, clip) => {
      const data = x.subarray(clip * FRAMES * 80, (clip + 1) * FRAMES * 80);
      const phase = random.between(0, 6);
      for (let i = 0; i < data.length; i++) {
        const [t, band] = [Math.floor(i / 80), i % 80];
        const beats = kind === 0 ? band < 20 : band >= 20 && band < 40;
        data[i] = random.normal() + (beats ? 2 * Math.sin(t + phase) : 0);
      }
      subtractTimeMean({ data, frames: FRAMES, bins: 80 });
    });
    return { x, y, frames: FRAMES };
  };
}

describe('training an ECAPA-TDNN', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await loadEngine();
  });
  const options = { ...ECAPA_DEFAULTS, widths, steps: 30, learningRate: 5e-3, averaging: 0.8 };

  it('learns, and its export says the same as the network itself', async () => {
    const losses: number[] = [];
    const { tensors, losses: kept } = await fitEcapa(batches(1), options, {
      engine,
      onStep: (_, loss) => losses.push(loss),
    });
    expect(kept).toEqual(losses);
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    expect(losses[0]).toBeGreaterThan(0.5);
    expect(mean(losses.slice(-5))).toBeLessThan(0.3);

    const fresh = batches(2, 8)(1);
    const own = engine.tf.tidy(
      () => predictEcapa(engine, tensors, engine.tf.tensor3d(fresh.x, [8, FRAMES, 80])).arraySync() as number[][],
    );
    const network = await openEcapa(ecapaGraph(tensors).toBytes(genderMetadata({ source: 'test' })), openInNode);
    for (const [clip, expected] of own.entries()) {
      const data = fresh.x.slice(clip * FRAMES * 80, (clip + 1) * FRAMES * 80);
      const logits = await network.logits({ data, frames: FRAMES, bins: 80 });
      expect(Math.abs(logits[0] - expected[0])).toBeLessThan(1e-4);
      expect(Math.abs(logits[1] - expected[1])).toBeLessThan(1e-4);
      expect(logits[1] > logits[0] ? 1 : 0).toBe(fresh.y[clip]);
    }
    await network.close();
  });

  it('gives the same weights for the same seed', async () => {
    const brief = { ...options, steps: 3 };
    const [a, b] = [await fitEcapa(batches(1), brief, { engine }), await fitEcapa(batches(1), brief, { engine })];
    expect(a.tensors['fc7.weight'].data).toEqual(b.tensors['fc7.weight'].data);
    const other = await fitEcapa(batches(1), { ...brief, seed: 2 }, { engine });
    expect(other.tensors['fc7.weight'].data).not.toEqual(a.tensors['fc7.weight'].data);
  });

  it('stops when told to, and goes on to the same weights', async () => {
    const brief = { ...options, steps: 6 };
    const whole = await fitEcapa(batches(1), brief, { engine });
    const folder = mkdtempSync(join(tmpdir(), 'ser-ecapa-'));
    const checkpoint = { path: join(folder, 'checkpoint'), fingerprint: 'these' };
    const stop = new AbortController();
    const onStep = (step: number) => step === 2 && stop.abort();
    const stopped = fitEcapa(batches(1), brief, { engine, checkpoint, signal: stop.signal, onStep });
    await expect(stopped).rejects.toThrow(/abort/i);
    const steps: number[] = [];
    const resumed = await fitEcapa(batches(1), brief, { engine, checkpoint, onStep: (step) => steps.push(step) });
    expect(steps).toEqual([3, 4, 5, 6]);
    expect(resumed).toEqual(whole);
    rmSync(folder, { recursive: true });
  });

  it('has the gradient of bias, ReLU and batch norm in one', () => {
    const { tf } = engine;
    const random = createRandom(3);
    const vector = (length: number) => tf.tensor1d(Array.from({ length }, () => random.normal()));
    const x = tf.reshape(vector(60), [20, 3]) as Tensor2D;
    const dy = tf.reshape(vector(60), [20, 3]) as Tensor2D;
    const inputs = [x, vector(3), vector(3), vector(3)];
    const seen: number[][] = [];
    const note = (mean: Float32Array, variance: Float32Array) => void seen.push([...mean], [...variance]);
    const gradients = (f: (x: Tensor2D, bias: Tensor1D, norm: { scale: Tensor1D; offset: Tensor1D }) => Tensor2D) =>
      tf
        .grads((x, bias, scale, offset) => f(x as Tensor2D, bias as Tensor1D, { scale, offset } as never))(inputs, dy)
        .map((gradient) => [...gradient.dataSync()]);
    const fused = gradients((x, bias, norm) => reluNorm(engine, x, bias, norm, note));
    const apart = gradients((x, bias, norm) => batchNorm(engine, tf.relu(tf.add(x, bias)), norm, note));
    fused.forEach((values, i) => values.forEach((value, j) => expect(value).toBeCloseTo(apart[i][j], 4)));
    expect(fused.flat().some((value) => Math.abs(value) > 0.1)).toBe(true);
    seen[0].forEach((mean, i) => expect(mean).toBeCloseTo(seen[2][i], 5));
    // TensorFlow's own divides by one value less.
    seen[1].forEach((variance, i) => expect((variance * 19) / 20).toBeCloseTo(seen[3][i], 5));
  });
});

import { readSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createRandom } from '../src/random.ts';
import type { Samples } from '../src/train/classifiers/classifier.ts';

export const [FRAMES, BANDS, CLASSES] = [73, 48, 8];
/** As in a stack with vectors. */
export const OPTIONS = {
  stack: 2,
  context: 2,
  dilations: [1, 1, 2, 2, 4, 8],
  pooled: 192,
  dropout: 0.4,
  spectral: true,
};

/** Trains an epoch of the temporal network for each line on standard input, by the version in a folder, and prints its processor time in seconds. */
async function train(folder: string, rows: number): Promise<void> {
  type Version = typeof import('../src/train/classifiers/classifiers.ts') &
    typeof import('../src/train/classifiers/options.ts');
  const load = (file: string) => import(String(pathToFileURL(join(folder, 'src/train/classifiers', file))));
  const { getClassifier, completeOptions } = { ...(await load('classifiers.ts')), ...(await load('options.ts')) } as Version; // prettier-ignore
  const tcn = getClassifier('tcn');
  const shape = { level: 'frames', features: BANDS, classes: CLASSES } as const;
  let used = 0;
  const turn = (): void => {
    if (readSync(0, Buffer.alloc(1)) === 0) process.exit(0);
    used = processorTime();
  };
  turn();
  // The input ends first.
  const options = completeOptions(tcn, { ...OPTIONS, epochs: 1_000_000 });
  await tcn.fit(shape, framesOf(rows), undefined, options, {
    seed: 1,
    onProgress: () => {
      console.log(processorTime() - used);
      turn();
    },
  });
}

function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function framesOf(rows: number): Samples {
  const random = createRandom('temporal');
  return {
    x: Float32Array.from({ length: rows * FRAMES * BANDS }, () => random.between(-1.7, 1.7)),
    y: Uint8Array.from({ length: rows }, (_, row) => row % CLASSES),
    frames: new Uint32Array(rows).fill(FRAMES),
  };
}

const [, file = '', folder, rows] = process.argv;
if (file.endsWith('temporalWorker.ts')) await train(folder, Number(rows));

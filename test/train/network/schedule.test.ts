import { expect, test } from 'vitest';
import { startPlateau, stepPlateau } from '../../../src/train/network/schedule.ts';
import type { PlateauOptions } from '../../../src/train/network/schedule.ts';

/** Improvements above and below the threshold, a plateau, a late gain, then nothing more for 75 epochs. */
const LOSSES = [
  2.0,
  1.5,
  1.49995,
  1.4999,
  1.49991,
  1.5,
  1.5,
  1.3,
  1.31,
  1.4,
  1.3,
  1.29995,
  1.35,
  1.2,
  1.3,
  1.3,
  1.3,
  1.3,
  1.3,
  ...new Array<number>(70).fill(1.3),
];

/** [epoch, learning rate] wherever it changes. */
function changes(options: PlateauOptions): [number, number][] {
  let state = startPlateau(5e-4);
  const rates = LOSSES.map((loss) => (state = stepPlateau(state, loss, options)).learningRate);
  return rates.flatMap((rate, i) => (i > 0 && rate !== rates[i - 1] ? [[i + 1, rate] as [number, number]] : []));
}

function expectChanges(actual: [number, number][], expected: [number, number][]): void {
  expect(actual.map(([epoch]) => epoch)).toEqual(expected.map(([epoch]) => epoch));
  actual.forEach(([, rate], i) => expect(rate / expected[i][1]).toBeCloseTo(1, 6));
}

test('the defaults halve where Keras 2.15 halves, down to the floor', () => {
  expectChanges(changes({}), [
    [7, 0.0002500000118743628],
    [13, 0.0001250000059371814],
    [19, 6.25000029685907e-5],
    [24, 3.125000148429535e-5],
    [29, 1.5625000742147677e-5],
    [34, 7.812500371073838e-6],
    [39, 3.906250185536919e-6],
    [44, 1.9531250927684596e-6],
    [49, 9.765625463842298e-7],
    [54, 4.882812731921149e-7],
    [59, 2.4414063659605745e-7],
    [64, 1.2207031829802872e-7],
    [69, 1.0000000116860974e-7],
  ]);
});

test('cooldown, patience and floor are those of Keras 2.15', () => {
  expectChanges(changes({ patience: 2, minLearningRate: 1e-4, cooldown: 2 }), [
    [4, 0.0002500000118743628],
    [7, 0.0001250000059371814],
    [10, 9.999999747378752e-5],
  ]);
});

test('the state survives JSON, as in a checkpoint', () => {
  let [a, b] = [startPlateau(5e-4), startPlateau(5e-4)];
  for (const loss of LOSSES) {
    a = stepPlateau(a, loss);
    b = stepPlateau(JSON.parse(JSON.stringify(b)), loss);
  }
  expect(b).toEqual(a);
});

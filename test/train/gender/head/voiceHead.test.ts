import { expect, test } from 'vitest';
import { createRandom } from '../../../../src/random.ts';
import { fitHead, HEAD, type HeadRow, headMargin } from '../../../../src/train/gender/head/voiceHead.ts';

const names = ['layer1_0_mean', 'layer2_0_mean', 'layer2_1_mean', 'layer3_0_deviation'];

/** Women lie higher in the second and lower in the fourth functional; the first tells the gender exactly, but is none of the head's. */
const rows = Array.from({ length: 300 }, (_, i): HeadRow => {
  const random = createRandom(`head/${i}`);
  const gender = i % 3 === 0 ? 'female' : 'male';
  const sign = gender === 'female' ? 1 : -1;
  const vector = [100 * sign, 5 + random.normal() + 0.8 * sign, random.normal(), 0.1 * random.normal() - 0.05 * sign];
  return { vector: Float32Array.from(vector), gender, corpus: i < 200 ? 'many' : 'few' };
});
const head = fitHead(rows, names);

/** What is to be the least, in words of its own; each corpus has the bias that suits it best. */
function objective(weights: readonly number[]): { bias: number; loss: number } {
  const biases = ['many', 'few'].map((corpus) => {
    let [low, high] = [-5, 5];
    while (high - low > 1e-7) {
      const [a, b] = [low + (high - low) / 3, high - (high - low) / 3];
      if (lossOf(weights, corpus, a) < lossOf(weights, corpus, b)) high = b;
      else low = a;
    }
    return { bias: low, loss: lossOf(weights, corpus, low) };
  });
  const squares = weights.reduce((sum, weight) => sum + weight ** 2, 0);
  const loss = biases[0].loss + biases[1].loss + (HEAD.penalty / 2) * squares;
  return { bias: (biases[0].bias + biases[1].bias) / 2, loss };
}

function lossOf(weights: readonly number[], corpus: string, bias: number): number {
  const own = rows.filter((row) => row.corpus === corpus);
  return own.reduce((loss, { vector, gender }) => {
    let margin = bias;
    weights.forEach((weight, i) => (margin += weight * Math.min(4, Math.max(-4, (vector[i] - head.mean[i]) / head.deviation[i])))); // prettier-ignore
    // Two corpora with two genders each.
    const share = 1 / 4 / own.filter((row) => row.gender === gender).length;
    return loss + share * Math.log1p(Math.exp(gender === 'female' ? -margin : margin));
  }, 0);
}

test('a head has the weights of the least penalised loss, in which corpora and genders weigh the same', () => {
  const weights = Array.from(head.weights, (weight) => weight / HEAD.share);
  const { bias, loss } = objective(weights);
  expect(head.bias / HEAD.share).toBeCloseTo(bias, 2);
  for (const step of [-0.01, 0.01]) {
    for (const i of [1, 2, 3])
      expect(objective(weights.with(i, weights[i] + step)).loss, names[i]).toBeGreaterThan(loss);
  }
  expect(weights[1]).toBeGreaterThan(0.1);
  expect(weights[3]).toBeLessThan(-0.1);
});

test('it uses no functional of the first layer', () => {
  expect(head.weights[0]).toBe(0);
});

test('its margin is above 0 for women, and stays the same beyond four deviations', () => {
  const right = rows.filter(({ vector, gender }) => headMargin(head, vector) > 0 === (gender === 'female'));
  expect(right.length / rows.length).toBeGreaterThan(0.75);
  const far = [0, head.mean[1] + 5 * head.deviation[1], 0, 0];
  const farther = far.with(1, head.mean[1] + 50 * head.deviation[1]);
  expect(headMargin(head, Float32Array.from(far))).toBe(headMargin(head, Float32Array.from(farther)));
});

test('it needs voices of both genders', () => {
  const men = rows.filter(({ gender }) => gender === 'male');
  expect(() => fitHead(men, names)).toThrow(/both genders/);
});

import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { expect, test } from 'vitest';
import { principalComponents } from '../../../src/eval/statistics/principalComponents.ts';
import { createRandom } from '../../../src/random.ts';

// Nine rows by whole-number arithmetic; the last column is constant.
const rows = Array.from({ length: 9 }, (_, i) => [
  ...[0, 1, 2, 3].map((j) => ((i * 7 + j * 13 + i * j * 3) % 11) + j * (i % 3)),
  5,
]);

// scikit-learn 1.5.2: PCA(3, svd_solver='full') on StandardScaler's output, the largest weight of each component positive.
const COORDINATES = [
  [-0.51627136386, -1.767638861358, -1.465851094822],
  [-1.4174596459, -1.167647000323, 0.854455954429],
  [1.288046125455, -1.27174206185, 0.727532391088],
  [0.06158926039, 1.710729236927, 1.173491373979],
  [-1.066351786086, 1.188808672037, -1.051623002766],
  [1.639153985269, 1.08471361051, -1.178546566107],
  [-2.01514369151, 0.477906554869, 0.270997897976],
  [0.690362079845, 0.373811493343, 0.144074334635],
  [1.336075036397, -0.628941644155, 0.525468711588],
];
const EXPLAINED = [0.391250454108, 0.344039889737, 0.212511038473];

test('components are those of scikit-learn', () => {
  const { coordinates, explained } = principalComponents({ values: rows.flat(), columns: 5, components: 3 });
  explained.forEach((share, i) => expect(share).toBeCloseTo(EXPLAINED[i], 9));
  coordinates.forEach((row, i) => row.forEach((value, k) => expect(value).toBeCloseTo(COORDINATES[i][k], 9)));
});

test('a mirrored or rescaled column changes no distance', () => {
  const distance = ([a, b]: number[][]): number => Math.hypot(a[0] - b[0], a[1] - b[1]);
  const changed = rows.map(([a, b, ...rest]) => [-a, 1000 * b + 3, ...rest]);
  const [first, second] = [rows, changed].map((table) => principalComponents({ values: table.flat(), columns: 5 }));
  expect(distance(second.coordinates)).toBeCloseTo(distance(first.coordinates), 9);
  expect(second.explained[0]).toBeCloseTo(first.explained[0], 9);
});

test('a table that is none is refused', () => {
  expect(() => principalComponents({ values: [1, 2, 3], columns: 2 })).toThrow(
    '3 values are not two or more rows of 2 columns',
  );
  expect(() => principalComponents({ values: [1, 2], columns: 2 })).toThrow('two or more rows');
  expect(() => principalComponents({ values: [1, 2, 3, 4], columns: 2, components: 3 })).toThrow(
    '1 to 2 components, not 3',
  );
  expect(() => principalComponents({ values: [1, 2, 3, NaN], columns: 2 })).toThrow(
    'column 2 has a value that is not a finite number',
  );
});

test('fewer rows than columns have the components of the same rows twice', () => {
  const few = rows.slice(0, 4);
  const [once, twice] = [few, [...few, ...few]].map((table) =>
    principalComponents({ values: table.flat(), columns: 5, components: 3 }),
  );
  once.explained.forEach((share, i) => expect(share).toBeCloseTo(twice.explained[i], 9));
  once.coordinates.forEach((row, i) =>
    row.forEach((value, k) => expect(value).toBeCloseTo(twice.coordinates[i][k], 9)),
  );
});

test('many rows and columns have the components of the whole correlation matrix, in a moment', () => {
  const random = createRandom('a large table');
  const [many, columns] = [400, 160];
  const factors = Array.from({ length: 3 * columns }, () => random.normal());
  const values = Array.from({ length: many }, () => {
    const hidden = [3 * random.normal(), 2 * random.normal(), random.normal()];
    return Array.from({ length: columns }, (_, j) => hidden.reduce((sum, h, i) => sum + h * factors[3 * j + i], 4 * random.normal())); // prettier-ignore
  }).flat();
  const { coordinates, explained } = principalComponents({ values, columns, components: 2 });
  // The scores on a component are orthogonal, and their variance is its eigenvalue.
  const [first, second] = [0, 1].map((i) => coordinates.map((row) => row[i]));
  const sum = (a: number[], b: number[]): number => a.reduce((total, value, i) => total + value * b[i], 0);
  expect(Math.abs(sum(first, second))).toBeLessThan(1e-8 * sum(first, first));
  [first, second].forEach((scores, i) => expect(sum(scores, scores) / many / columns).toBeCloseTo(explained[i], 10));
  const standard = standardised(values, many, columns);
  const eigenvalues = new EigenvalueDecomposition(standard.transpose().mmul(standard).div(many), { assumeSymmetric: true }).realEigenvalues.sort((a, b) => b - a); // prettier-ignore
  explained.forEach((share, i) => expect(share).toBeCloseTo(eigenvalues[i] / columns, 10));
});

test('columns that say the same have one component, and independent ones a share each', () => {
  const same = principalComponents({ values: [1, 2, 2, 4, 3, 6], columns: 2 });
  expect(same.explained[0]).toBeCloseTo(1, 12);
  expect(same.explained[1]).toBeCloseTo(0, 12);
  const independent = principalComponents({ values: [1, 1, 1, -1, -1, 1, -1, -1], columns: 2 });
  independent.explained.forEach((share) => expect(share).toBeCloseTo(0.5, 12));
  expect(principalComponents({ values: [5, 5, 5, 5], columns: 2 }).explained).toEqual([0, 0]);
});

function standardised(values: readonly number[], many: number, columns: number): Matrix {
  const x = new Matrix(Array.from({ length: many }, (_, row) => values.slice(row * columns, (row + 1) * columns)));
  return x.center('column').scale('column', { scale: x.standardDeviation('column', { unbiased: false }) });
}

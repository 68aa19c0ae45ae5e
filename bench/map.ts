import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { CommandModule } from 'yargs';
import { readTable } from '../src/data/tables/tableFile.ts';
import { tablePaths } from '../src/data/tables/tablePaths.ts';
import { principalComponents } from '../src/eval/statistics/principalComponents.ts';
import { record } from './record.ts';

interface Arguments {
  clips: number;
  rounds: number;
}

const FEATURES = 'speech-embedding-functionals';

export const map: CommandModule<object, Arguments> = {
  command: 'map',
  describe: "the two principal components of a report's map, against all of them from ml-matrix",
  builder: (args) =>
    args
      .option('clips', { type: 'number', default: 1440, describe: 'clips of the committed table' })
      .option('rounds', { type: 'number', default: 3, describe: 'rounds' }),
  handler: async ({ clips, rounds }) => {
    const table = await readTable(tablePaths('ravdess', FEATURES).original);
    const columns = table.names.length;
    const values = table.values.slice(0, clips * columns);
    const ours = { what: 'two components, by products with the table', values: [] as number[] };
    const theirs = { what: 'all components, from the correlation matrix', values: [] as number[] };
    let difference = 0;
    for (let round = 0; round < rounds; round++) {
      let found: number[] = [];
      let whole: number[] = [];
      ours.values.push(seconds(() => (found = principalComponents({ values, columns }).explained)));
      theirs.values.push(seconds(() => (whole = allShares(values, columns))));
      difference = Math.max(difference, ...found.map((share, i) => Math.abs(share - whole[i])));
    }
    record('map', {
      title: "The map of a report's clips",
      unit: 's of processor time',
      measurements: [ours, theirs],
      notes: [
        `${clips} clips of RAVDESS with ${columns} features (\`${FEATURES}\`), in turns.`,
        `The shares of the variance differ by ${difference.toExponential(0)} at most.`,
      ],
    });
  },
};

function seconds(run: () => unknown): number {
  const start = process.cpuUsage();
  run();
  return process.cpuUsage(start).user / 1e6;
}

/** Shares of the variance of all components, in descending order. */
function allShares(values: ArrayLike<number>, columns: number): number[] {
  const rows = values.length / columns;
  const x = new Matrix(Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (_, i) => values[row * columns + i]))); // prettier-ignore
  const z = x.center('column').scale('column', { scale: x.standardDeviation('column', { unbiased: false }) });
  const product = z.rows < z.columns ? z.mmul(z.transpose()) : z.transpose().mmul(z);
  const { realEigenvalues } = new EigenvalueDecomposition(product.div(rows * columns), { assumeSymmetric: true });
  return realEigenvalues.sort((a, b) => b - a);
}

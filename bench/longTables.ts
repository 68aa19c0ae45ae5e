import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandModule } from 'yargs';
import { type Measurement, record } from './record.ts';

interface Arguments {
  rows: number[];
  learnt: number;
  features: number;
  rounds: number;
}

/** What a process of `longTablesWorker.ts` prints. */
export interface Peak {
  megabytes: number;
  seconds: number;
}

/** The table that is learnt from. */
export const LEARNT = 'learnt.parquet';

export const longTables: CommandModule<object, Arguments> = {
  command: 'long-tables',
  describe:
    'memory and time in which `features build` writes the table of a large corpus, and a network learns from one',
  builder: (args) =>
    args
      .option('rows', { type: 'number', array: true, default: [1000, 10_000, 100_000], describe: 'rows of the tables' })
      .option('learnt', {
        type: 'number',
        default: 100_000,
        describe: 'rows of the table that is learnt from; 0: none',
      })
      .option('features', { type: 'number', default: 2112, describe: 'features of that table' })
      .option('rounds', { type: 'number', default: 1, describe: 'rounds' }),
  handler: ({ rows, learnt, features, rounds }) => {
    const worker = fileURLToPath(new URL('./longTablesWorker.ts', import.meta.url));
    const measurements: Measurement[] = [];
    const notes = [
      'Peak resident memory of a process that runs the code of `ser features build` on a journal of all clips: opens it, checks every entry, and writes the ' +
        'table of 186 features in row groups. The rows are those of the table of RAVDESS, again and again with other last digits.',
    ];
    const inFolder = (measure: (folder: string, run: (...words: string[]) => string) => void): void => {
      const folder = mkdtempSync(join(tmpdir(), 'ser-bench-'));
      try {
        measure(folder, (what, ...words) => {
          const all = [...process.execArgv, worker, what, folder, ...words];
          const { status, stdout, stderr } = spawnSync(process.execPath, all, { encoding: 'utf8' });
          if (status !== 0) throw new Error(stderr);
          return stdout;
        });
      } finally {
        rmSync(folder, { recursive: true });
      }
    };
    const measure = (what: string, peak: () => string): string => {
      const peaks = Array.from({ length: rounds }, () => JSON.parse(peak()) as Peak);
      measurements.push({ what, values: peaks.map(({ megabytes }) => megabytes) });
      return peaks.map(({ seconds }) => seconds.toFixed(1)).join(', ');
    };
    const sizeOf = (path: string): string => `${(statSync(path).size / 2 ** 20).toFixed(0)} MB`;
    for (const count of rows) {
      inFolder((folder, run) => {
        run('journal', String(count));
        const what = `${count.toLocaleString('en')} rows`;
        const seconds = measure(what, () => run('build', String(count)));
        notes.push(`${what}: ${seconds} s of processor time, a table of ${sizeOf(join(folder, 'ravdess-librosa186.parquet'))}.`); // prettier-ignore
      });
    }
    if (learnt > 0) {
      inFolder((folder, run) => {
        run('table', String(learnt), String(features));
        notes.push(
          `Training: ${learnt.toLocaleString('en')} rows × ${features.toLocaleString('en')}, ${((4 * learnt * features) / 2 ** 20).toFixed(0)} MB of values, made up, in a table of ${sizeOf(join(folder, LEARNT))}; ` +
            'a network of the classifier mlp with 64 units, an epoch with a quarter of the rows held out and one on all of them, then its folder is written (`trainModel`).',
        );
        for (const [how, memory] of Object.entries({ 'in memory': '1000000', 'from the disk': '0' })) {
          const seconds = measure(`trained ${how}`, () => run('train', memory));
          notes.push(`Trained ${how}: ${seconds} s of processor time.`);
        }
      });
    }
    record('long-tables', { title: 'Tables of large corpora', unit: 'MB', measurements, notes });
  },
};

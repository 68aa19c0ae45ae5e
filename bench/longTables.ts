import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandModule } from 'yargs';
import { type Measurement, record } from './record.ts';

interface Arguments {
  rows: number[];
  rounds: number;
}

/** What a process of `longTablesWorker.ts` prints. */
export interface Peak {
  megabytes: number;
  seconds: number;
}

export const longTables: CommandModule<object, Arguments> = {
  command: 'long-tables',
  describe: 'memory and time in which `features build` writes the table of a large corpus whose clips are analysed',
  builder: (args) =>
    args
      .option('rows', { type: 'number', array: true, default: [1000, 10_000, 100_000], describe: 'rows of the tables' })
      .option('rounds', { type: 'number', default: 1, describe: 'rounds' }),
  handler: ({ rows, rounds }) => {
    const worker = fileURLToPath(new URL('./longTablesWorker.ts', import.meta.url));
    const measurements: Measurement[] = [];
    const notes = [
      'Peak resident memory of a process that runs the code of `ser features build` on a journal of all clips: opens it, checks every entry, and writes the ' +
        'table of 186 features in row groups. The rows are those of the table of RAVDESS, again and again with other last digits.',
    ];
    for (const count of rows) {
      const folder = mkdtempSync(join(tmpdir(), 'ser-bench-'));
      try {
        const run = (what: string): string => {
          const words = [...process.execArgv, worker, what, folder, String(count)];
          const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
          if (status !== 0) throw new Error(stderr);
          return stdout;
        };
        run('journal');
        const peaks = Array.from({ length: rounds }, () => JSON.parse(run('build')) as Peak);
        const what = `${count.toLocaleString('en')} rows`;
        measurements.push({ what, values: peaks.map(({ megabytes }) => megabytes) });
        const seconds = peaks.map((peak) => peak.seconds.toFixed(1)).join(', ');
        const size = statSync(join(folder, 'ravdess-librosa186.parquet')).size / 2 ** 20;
        notes.push(`${what}: ${seconds} s of processor time, a table of ${size.toFixed(0)} MB.`);
      } finally {
        rmSync(folder, { recursive: true });
      }
    }
    record('long-tables', { title: 'Writing the table of a large corpus', unit: 'MB', measurements, notes });
  },
};

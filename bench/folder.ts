import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { CommandModule } from 'yargs';
import { benchClips } from './clips.ts';
import { record, spread } from './record.ts';

interface Arguments {
  clips: number;
  rounds: number;
}

export const folder: CommandModule<object, Arguments> = {
  command: 'folder',
  describe: '`ser predict` of a folder, from the start of the process to its end: clips a second',
  builder: (args) =>
    args
      .option('clips', { type: 'number', default: 480, describe: 'clips in the folder' })
      .option('rounds', { type: 'number', default: 3, describe: 'rounds' }),
  handler: ({ clips, rounds }) => {
    const all = benchClips();
    const inbox = mkdtempSync(join(tmpdir(), 'ser-bench-folder-'));
    try {
      for (let i = 0; i < clips; i++) {
        const clip = all[Math.floor((i * all.length) / clips)];
        symlinkSync(clip, join(inbox, `${i}-${basename(clip)}`));
      }
      const out = join(inbox, '..', `${basename(inbox)}.csv`);
      const rates = Array.from({ length: rounds }, (_, round) => {
        const rate = clips / predict(inbox, out);
        console.error(`round ${round + 1}: ${rate.toFixed(1)} clips/s`);
        return rate;
      });
      rmSync(out, { force: true });
      const { median, min } = spread(rates);
      record('folder', {
        title: '`ser predict FOLDER`: gender and emotion of every clip',
        unit: 'clips a second',
        measurements: [{ what: `${clips} clips`, values: rates }],
        notes: ['Wall-clock time of the whole process: start, models, decoding (FLAC), both models, CSV.'],
      });
      if (median < 20) process.exitCode = 1;
      console.error(`median ${median.toFixed(1)}, slowest ${min.toFixed(1)} clips/s; 20 are asked for`);
    } finally {
      rmSync(inbox, { recursive: true });
    }
  },
};

/** Seconds that the command took. */
function predict(path: string, out: string): number {
  const start = performance.now();
  const words = ['--import', 'tsx', 'src/cli.ts', 'predict', path, '--format', 'csv', '--out', out];
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ser predict ended with ${status}: ${stderr.slice(-500)}`);
  return (performance.now() - start) / 1000;
}

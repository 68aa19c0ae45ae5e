import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandModule } from 'yargs';
import { KEPT_MEMORY } from '../src/train/processes.ts';
import { startContender } from './contender.ts';
import { record } from './record.ts';
import { FRAMES, OPTIONS } from './temporalWorker.ts';

interface Arguments {
  before?: string;
  rounds: number;
  rows: number;
}

export const temporal: CommandModule<object, Arguments> = {
  command: 'temporal',
  describe: 'an epoch of the temporal network on log-mel frames',
  builder: (args) =>
    args
      .option('before', { type: 'string', describe: 'folder of another version, to measure in turns' })
      .option('rounds', { type: 'number', default: 3, describe: 'rounds' })
      .option('rows', { type: 'number', default: 640, describe: 'clips' }),
  handler: async ({ before, rounds, rows }) => {
    const own = resolve('.');
    const versions = [
      ...(before ? [{ what: 'epoch, before', folder: resolve(before), env: {} }] : []),
      { what: 'epoch, freed memory given back to the system', folder: own, env: {} },
      { what: 'epoch, freed memory kept, as in processes of trainings', folder: own, env: KEPT_MEMORY },
    ];
    const contenders = versions.map(({ what, folder, env }) => {
      const worker = fileURLToPath(new URL('temporalWorker.ts', import.meta.url));
      const words = [...process.execArgv, worker, folder, String(rows)];
      return { what, values: [] as number[], ...startContender(what, process.execPath, words, env) };
    });
    // The first epoch of a training is not counted.
    for (const { run } of contenders) await run();
    for (let round = 0; round < rounds; round++) {
      for (const { values, run } of contenders) values.push(Number(await run()));
    }
    for (const { end } of contenders) end();
    record('temporal', {
      title: 'An epoch of the temporal network',
      unit: 's of processor time',
      measurements: contenders.map(({ what, values }) => ({ what, values })),
      notes: [
        `${rows} clips of ${FRAMES} frames of 48 log-mel bands, batches of 32, one thread of TensorFlow; ${JSON.stringify(OPTIONS)}. Each in a process of its own; the first epoch of a training is not counted.`,
        'Processor time of the whole process, which a busy machine changes less than the time that passes; in turns.',
      ],
    });
  },
};

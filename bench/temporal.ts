import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CommandModule } from 'yargs';
import { createRandom } from '../src/random.ts';
import type { Samples } from '../src/train/classifiers/classifier.ts';
import { record } from './record.ts';

interface Arguments {
  before?: string;
  rounds: number;
  rows: number;
}

type Version = typeof import('../src/train/classifiers/classifiers.ts') &
  typeof import('../src/train/classifiers/options.ts');

const [FRAMES, BANDS, CLASSES] = [73, 48, 8];
/** Of the default models' temporal network. */
const OPTIONS = { stack: 2, context: 2, dilations: [1, 1, 2, 2, 4, 8], pooled: 192, dropout: 0.4, spectral: true };

export const temporal: CommandModule<object, Arguments> = {
  command: 'temporal',
  describe: 'an epoch of the temporal network on log-mel frames',
  builder: (args) =>
    args
      .option('before', { type: 'string', describe: 'folder of another version, to measure in turns' })
      .option('rounds', { type: 'number', default: 3, describe: 'rounds' })
      .option('rows', { type: 'number', default: 640, describe: 'clips' }),
  handler: async ({ before, rounds, rows }) => {
    const folders = [...(before ? [{ what: 'epoch, before', folder: resolve(before) }] : []), { what: 'epoch', folder: resolve('.') }]; // prettier-ignore
    const samples = framesOf(rows);
    const versions = await Promise.all(
      folders.map(async ({ what, folder }) => {
        const load = (file: string) => import(String(pathToFileURL(join(folder, 'src/train/classifiers', file))));
        const code = { ...(await load('classifiers.ts')), ...(await load('options.ts')) } as Version;
        return { code, measured: { what, values: [] as number[] } };
      }),
    );
    for (let round = 0; round < rounds; round++) {
      for (const { code, measured } of versions) measured.values.push(await secondEpoch(code, samples));
    }
    record('temporal', {
      title: 'An epoch of the temporal network',
      unit: 's of processor time',
      measurements: versions.map(({ measured }) => measured),
      notes: [
        `${rows} clips of ${FRAMES} frames of ${BANDS} log-mel bands, batches of 32, one thread of TensorFlow; ${JSON.stringify(OPTIONS)}. The first epoch of a training is not counted.`,
        'Processor time of the whole process, which a busy machine changes less than the time that passes; in turns.',
      ],
    });
  },
};

/** Processor time of the second epoch of a training. */
async function secondEpoch({ getClassifier, completeOptions }: Version, samples: Samples): Promise<number> {
  const tcn = getClassifier('tcn');
  const ends: number[] = [];
  const now = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  const shape = { level: 'frames', features: BANDS, classes: CLASSES } as const;
  const options = completeOptions(tcn, { ...OPTIONS, epochs: 2 });
  await tcn.fit(shape, samples, undefined, options, { seed: 1, onProgress: () => ends.push(now()) });
  return ends[1] - ends[0];
}

function framesOf(rows: number): Samples {
  const random = createRandom('temporal');
  return {
    x: Float32Array.from({ length: rows * FRAMES * BANDS }, () => random.between(-1.7, 1.7)),
    y: Uint8Array.from({ length: rows }, (_, row) => row % CLASSES),
    frames: new Uint32Array(rows).fill(FRAMES),
  };
}

import { fileURLToPath } from 'node:url';
import type { CommandModule } from 'yargs';
import { startContender } from './contender.ts';
import { record, spread } from './record.ts';
import type { Measurement } from './record.ts';

/** What takes part: each a process of its own that trains one epoch a line on its standard input and prints its seconds. */
const CONTENDERS = {
  ours: { what: 'gender-ser, native TensorFlow', engine: 'native', recipe: 'ours' },
  fit: { what: 'tfjs-node, model.fit', engine: 'native', recipe: 'fit' },
  wasm: { what: 'gender-ser, WebAssembly', engine: 'wasm', recipe: 'ours' },
  keras: { what: 'Keras (Python)', engine: '', recipe: '' },
} as const;
type Name = keyof typeof CONTENDERS;

interface Arguments {
  rounds: number;
  only: string[];
}

export const epoch: CommandModule<object, Arguments> = {
  command: 'epoch',
  describe: 'one epoch of the reference CNN: ours against tfjs model.fit and Keras, in turns',
  builder: (args) =>
    args
      .option('rounds', { type: 'number', default: 5, describe: 'epochs of each, after one that warms up' })
      .option('only', {
        type: 'string',
        array: true,
        choices: Object.keys(CONTENDERS),
        default: Object.keys(CONTENDERS),
        describe: 'what takes part; Keras needs SER_PYTHON, a Python that has it',
      }),
  handler: async ({ rounds, only }) => {
    const names = (Object.keys(CONTENDERS) as Name[]).filter((name) => only.includes(name));
    const python = process.env.SER_PYTHON;
    const notes = [
      'One epoch of the reference CNN (Adam, dropout) on 3,992 random rows of 186 features, batches of 32; each in a ' +
        'process of its own, an epoch each in turns, the first not counted.',
    ];
    if (names.includes('keras') && !python) {
      notes.push('SER_PYTHON is not set (a Python with Keras): Keras was not measured.');
      console.error(notes.at(-1));
    }

    const contenders = names.filter((name) => name !== 'keras' || python).map((name) => start(name, python));
    try {
      for (const { run } of contenders) await run();
      for (let round = 0; round < rounds; round++) {
        for (const { values, run } of contenders) values.push(await run());
        console.error(
          `round ${round + 1}: ${contenders.map((c) => `${c.name} ${c.values.at(-1)!.toFixed(2)} s`).join(', ')}`,
        );
      }
    } finally {
      for (const { end } of contenders) end();
    }
    const keras = contenders.find(({ name }) => name === 'keras');
    for (const { what, values } of keras ? contenders : []) {
      if (values === keras!.values) continue;
      const ratios = spread(values.map((value, round) => value / keras!.values[round]));
      notes.push(
        `${what} took ${ratios.median.toFixed(2)} × Keras's time in the same round ` +
          `(median; ${ratios.min.toFixed(2)} to ${ratios.max.toFixed(2)}).`,
      );
    }
    record('epoch', { title: 'Training: one epoch of the reference CNN', unit: 's', measurements: contenders, notes });
  },
};

interface Contender extends Measurement {
  name: Name;
  /** Trains one epoch. @returns seconds */
  run(): Promise<number>;
  end(): void;
}

function start(name: Name, python = ''): Contender {
  const { what, engine, recipe } = CONTENDERS[name];
  const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const [program, args] =
    name === 'keras'
      ? [python, [file('epoch_keras.py')]]
      : [process.execPath, [...process.execArgv, file('epochWorker.ts'), recipe]];
  const env = { SER_ENGINE: engine, TF_CPP_MIN_LOG_LEVEL: '2', CUDA_VISIBLE_DEVICES: '' };
  const { run, end } = startContender(what, program, args, env);
  return { name, what, values: [], run: async () => Number(await run()), end };
}

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import { record, spread } from './record.ts';

interface Arguments {
  before?: string;
  rounds: number;
}

const COMPILED = ['dist/cli.js'];
const SOURCES = ['--import', 'tsx', 'src/cli.ts'];
const COMMANDS: [what: string, cli: string[], words: string[]][] = [
  ['ser --help', COMPILED, ['--help']],
  ['ser --help from the sources, by tsx', SOURCES, ['--help']],
  ['ser train --help', COMPILED, ['train', '--help']],
  ['ser predict --help', COMPILED, ['predict', '--help']],
  ['ser predict CLIP', COMPILED, ['predict', 'data/demo/male.wav']],
  ['ser serve, until it listens', COMPILED, ['serve', '--port', '0']],
];

export const startup: CommandModule<object, Arguments> = {
  command: 'startup',
  describe: 'how long commands take to start: `npm run build` first',
  builder: (args) =>
    args
      .option('before', { type: 'string', describe: 'folder of another version, built likewise, to measure in turns' })
      .option('rounds', { type: 'number', default: 9, describe: 'rounds' }),
  handler: async ({ before, rounds }) => {
    const versions = [...(before ? [{ name: ', before', folder: resolve(before) }] : []), { name: '', folder: '.' }];
    for (const { folder } of versions) {
      if (!existsSync(join(folder, 'dist/cli.js'))) throw new Error(`${folder}: run \`npm run build\` there first`);
    }
    const measurements = COMMANDS.flatMap(([what, ...command]) =>
      versions.map(({ name, folder }) => ({ what: `\`${what}\`${name}`, folder, command, values: [] as number[] })),
    );
    for (let round = 0; round < rounds; round++) {
      for (const { folder, command, values } of measurements) values.push(await milliseconds(folder, ...command));
    }
    record('startup', {
      title: 'Start of the commands',
      unit: 'ms of processor time',
      measurements,
      notes: [
        'Processor time of the whole process, which a busy machine changes less than the time that passes; in turns.',
        'Compiled by `npm run build` unless it says otherwise.',
      ],
    });
    const { min } = spread(measurements.find(({ what }) => what === '`ser --help`')!.values);
    if (min > 300) process.exitCode = 1;
    console.error(`\`ser --help\`: ${min.toFixed(0)} ms at best; under 300 are the target`);
  },
};

/** Writes the milliseconds of processor time that the process took to its file descriptor 3. */
const METER = `
  import { writeSync } from 'node:fs';
  import { isMainThread } from 'node:worker_threads';
  if (isMainThread) process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    writeSync(3, String((user + system) / 1000));
  });`;

/** Processor time until the process ends; one that listens is told to. */
function milliseconds(folder: string, cli: string[], words: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...cli, ...words], {
      cwd: folder,
      env: { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(METER)}` },
      stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
    });
    let taken = '';
    child.stdout!.on('data', (text) => String(text).includes('listens on') && child.kill('SIGTERM'));
    child.stdio[3]!.on('data', (text) => (taken += String(text)));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(Number(taken));
      else reject(new Error(`ser ${words.join(' ')} ended with code ${code}`));
    });
  });
}

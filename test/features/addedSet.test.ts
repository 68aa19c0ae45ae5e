import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadAudio } from '../../src/data/audio/load.ts';
import { augment } from '../../src/data/augment/augment.ts';
import { tableVector } from '../../src/data/tables/table.ts';
import { readTablePair } from '../../src/data/tables/tableFile.ts';
import { createRandom } from '../../src/random.ts';
import { fitScaler } from '../../src/train/bundle/scaler.ts';
import { writeSmallCorpus } from '../data/smallCorpus.ts';

/** Feature sets as somebody would add them: each a file in `src/features/sets`. */
const FILES = {
  level: `import type { FeatureSet } from '../types.ts';

/** Root mean square and peak of a clip. */
export const level = { name: 'level', level: 'functionals', names: ['rms', 'peak'], extract } satisfies FeatureSet;

function extract(signal: Float32Array): Float64Array {
  const power = signal.reduce((sum, sample) => sum + sample * sample, 0) / signal.length;
  return Float64Array.of(Math.sqrt(power), Math.max(...signal.map(Math.abs)));
}
`,
  levelFrames: `import type { FeatureSet } from '../types.ts';

/** Mean and peak of the magnitude, every 100 ms. */
export const levelFrames = {
  name: 'level-frames',
  level: 'frames',
  frameRate: 10,
  names: ['mean', 'peak'],
  extract,
} satisfies FeatureSet;

function extract(signal: Float32Array): Float32Array {
  const parts = Array.from({ length: Math.ceil(signal.length / 1600) }, (_, t) => signal.slice(1600 * t, 1600 * (t + 1)));
  const frames = parts.map((part) => part.map(Math.abs));
  return Float32Array.from(frames.flatMap((frame) => [frame.reduce((sum, x) => sum + x) / frame.length, Math.max(...frame)]));
}
`,
};

const folder = mkdtempSync(join(tmpdir(), 'ser-added-set-'));
const tables = join(folder, 'tables');
let ids: string[];

const ser = (...words: string[]): string =>
  execFileSync(process.execPath, ['--import', 'tsx', join(folder, 'src', 'cli.ts'), ...words], {
    encoding: 'utf8',
    stdio: 'pipe',
  });

beforeAll(() => {
  const root = resolve(import.meta.dirname, '../..');
  cpSync(join(root, 'src'), join(folder, 'src'), { recursive: true });
  for (const name of ['node_modules', 'package.json', 'models', 'data'])
    symlinkSync(join(root, name), join(folder, name));
  ids = writeSmallCorpus(join(folder, 'corpus'), 3);

  const index = join(folder, 'src', 'features', 'index.ts');
  let code = readFileSync(index, 'utf8');
  for (const [name, file] of Object.entries(FILES)) {
    writeFileSync(join(folder, 'src', 'features', 'sets', `${name}.ts`), file);
    code = code.replace(/(FEATURE_SETS: [^=]*= \[)/, `$1${name}, `);
    code = `import { ${name} } from './sets/${name}.ts';\n${code}`;
  }
  writeFileSync(index, code);
});
afterAll(() => rmSync(folder, { recursive: true }));

const levelOf = (signal: Float32Array): number[] => [
  Math.sqrt(signal.reduce((sum, x) => sum + x * x, 0) / signal.length),
  Math.max(...signal.map(Math.abs)),
];

function levelFramesOf(signal: Float32Array): number[] {
  const values: number[] = [];
  for (let from = 0; from < signal.length; from += 1600) {
    const frame = signal.slice(from, from + 1600).map(Math.abs);
    values.push(frame.reduce((sum, x) => sum + x) / frame.length, Math.max(...frame));
  }
  return values;
}

describe.each([
  ['level', levelOf],
  ['level-frames', levelFramesOf],
] as const)('a file and a line in FEATURE_SETS make the set %s', (name, expected) => {
  it('a table of clips and of their copies, built by the workers and read back, with its scaler', async () => {
    ser(
      'features',
      'build',
      '--features',
      name,
      '--corpus',
      join(folder, 'corpus'),
      '--out',
      tables,
      '--copies',
      '1',
      '--workers',
      '1',
    );
    const stem = join(tables, `ravdess-${name}`);
    const [table, augmented] = await readTablePair(`${stem}.parquet`, `${stem}-augmented.parquet`);
    expect(table.featureSet).toBe(name);
    expect(table.clips.map(({ id }) => id)).toEqual(ids);
    for (const [row, id] of ids.entries()) {
      const signal = await loadAudio(join(folder, 'corpus', `${id}.wav`));
      const copy = augment(signal, createRandom(`1/${id}/1`));
      expect(tableVector(table, row)).toEqual(Float32Array.from(expected(signal)));
      expect(tableVector(augmented!, row)).toEqual(Float32Array.from(expected(copy)));
    }
    expect(table.frames === undefined).toBe(name === 'level');
    const { mean } = fitScaler(table.values, table.names.length);
    const peaks = Array.from(table.values).filter((_, i) => i % 2 === 1);
    expect(mean[1]).toBeCloseTo(peaks.reduce((a, b) => a + b) / peaks.length, 6);
  });

  it('columns of `ser features`', async () => {
    const path = join(folder, 'corpus', `${ids[0]}.wav`);
    const [header, ...lines] = ser('features', path, '--features', name).trimEnd().split('\n');
    const numbers = lines.map((line) => line.split(',').slice(1).map(Number));
    const values = Float32Array.from(expected(await loadAudio(path)));
    if (name === 'level') {
      expect(header).toBe('file,rms,peak');
      expect(Float32Array.from(numbers[0])).toEqual(values);
    } else {
      expect(header).toBe('file,time,mean,peak');
      expect(numbers.map(([time]) => time)).toEqual(Array.from({ length: values.length / 2 }, (_, t) => t / 10));
      expect(Float32Array.from(numbers.flatMap(([, ...frame]) => frame))).toEqual(values);
    }
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const work = mkdtempSync(join(tmpdir(), 'ser-package-'));
afterAll(() => rmSync(work, { recursive: true }));
/** A project that has the package installed, and of the project's other packages those that it depends on. */
const user = join(work, 'user');
const installed = join(user, 'node_modules', 'gender-ser');

interface Tarball {
  filename: string;
  size: number;
  files: { path: string; size: number }[];
}
let tarball: Tarball;

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as { dependencies: Record<string, string> };
const node = (args: string[], env = {}) =>
  spawnSync(process.execPath, args, { cwd: user, encoding: 'utf8', env: { ...process.env, npm_lifecycle_script: '', ...env } }); // prettier-ignore

/** What `npm pack` makes of a clean copy of the project that has been built, put where npm would install it. */
beforeAll(() => {
  const stage = join(work, 'stage');
  for (const name of [
    'package.json',
    'README.md',
    'LICENSE',
    'NOTICE',
    'data/features',
    'data/splits',
    'data/demo',
    'data/voices',
    'docs',
    'models',
    'scripts',
    'src',
    'tsconfig.json',
    'tsconfig.build.json',
    'test/fixtures/audio',
  ]) {
    cpSync(join(root, name), join(stage, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(stage, 'node_modules'));
  const options = { cwd: stage, encoding: 'utf8' } as const;
  execFileSync('npm', ['run', '-s', 'build'], options);
  [tarball] = JSON.parse(execFileSync('npm', ['pack', '--json', '--ignore-scripts'], options)) as Tarball[];
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['xzf', join(stage, tarball.filename), '--strip-components=1', '-C', installed]);
  for (const name of [...Object.keys(read(join(root, 'package.json')).dependencies), '@types/node', 'undici-types']) {
    mkdirSync(dirname(join(user, 'node_modules', name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(user, 'node_modules', name));
  }
  writeFileSync(join(user, 'package.json'), '{ "type": "module", "private": true }');
}, 1_800_000);

describe('the tarball', () => {
  test('is no larger than 12 MB', () => {
    expect(tarball.size).toBeLessThanOrEqual(12e6);
  });

  test('has the compiled code with its types, the default models, and what commands read; no sources, tests or tables', () => {
    const paths = tarball.files.map(({ path }) => path);
    const places = new Set(
      paths.map((path) =>
        path
          .split('/')
          .slice(0, path.startsWith('dist/') ? 1 : 2)
          .join('/'),
      ),
    );
    const texts = [...places].filter((place) => !/^docs\/.*\.md$/.test(place));
    expect(texts.sort()).toEqual(
      ['LICENSE', 'NOTICE', 'README.md', 'package.json', 'dist', 'data/demo', 'data/splits', 'data/voices']
        .concat(['female', 'gender', 'male', 'moonshine', 'speech', 'speech-embedding'].map((name) => `models/${name}`))
        .concat(['install-engine', 'tensorflow-wheel', 'unzip'].map((name) => `scripts/${name}.mjs`))
        .sort(),
    );
    for (const entry of ['index', 'train', 'browser']) {
      expect(paths).toEqual(expect.arrayContaining([`dist/${entry}.js`, `dist/${entry}.d.ts`]));
    }
    expect(paths.filter((path) => /\.(map|parquet)$|\.test\./.test(path))).toEqual([]);
  });
});

const PREDICT = `
import { predict, SerError } from 'gender-ser';
const { emotion, gender, id2label } = await predict('node_modules/gender-ser/data/demo/female.wav');
const refused = await predict(7).catch((error) => error);
console.log(JSON.stringify({ emotion, gender, id2label, refused: refused instanceof SerError }));`;

/** What the example prints: the same in every runtime. */
function expectPrediction(printed: string): void {
  const { emotion, gender, id2label, refused } = JSON.parse(printed) as Record<string, unknown>;
  expect(Object.values(id2label as object)).toContain(emotion);
  expect({ gender, refused }).toEqual({ gender: 'female', refused: true });
}

describe('installed in an empty project', () => {
  test('predicts in one line under Node, and loads nothing that trains, serves or draws', () => {
    writeFileSync(join(user, 'predict.mjs'), PREDICT);
    const list = join(work, 'loaded.txt');
    const counter = pathToFileURL(join(root, 'test/fixtures/loadedModules.mjs')).href;
    const { stdout, stderr } = node(['--import', counter, 'predict.mjs'], { LOADED_MODULES: list });
    expect(stderr).toBe('');
    expectPrediction(stdout);
    const loaded = readFileSync(list, 'utf8');
    expect(loaded).toContain('/serve/library/predict.js');
    expect(loaded).not.toMatch(
      /node_modules\/(@tensorflow|@?fastify|vega|esbuild|chokidar|@resvg|@napi-rs\/canvas|yargs)/,
    );
    expect(loaded).not.toMatch(/gender-ser\/dist\/(serve\/(http|page)|commands|train\/engine|eval\/(charts|reports))/);
  });

  test('trains a model without TensorFlow, and says where tables are to be had', () => {
    writeFileSync(
      join(user, 'train.mjs'),
      `import { CLASSIFIERS, getProtocol, loadBundle, readTable, trainModel, writeTable } from 'gender-ser/train';
const missing = await readTable('node_modules/gender-ser/data/features/ravdess-librosa186.parquet').catch((error) => error);
const clips = Array.from({ length: 24 }, (_, i) => {
  const names = { id: 'clip' + i, corpus: 'own', emotion: ['angry', 'calm'][i % 2], speaker: 's' + (i % 3), gender: null, channel: 'speech', recording: 'own/clip' + i, copy: 0 };
  return { ...names, sentence: '', intensity: 'normal', repetition: 1 };
});
const values = Float32Array.from({ length: 24 * 2 }, (_, i) => (Math.floor(i / 2) % 2 ? 1 : -1) + Math.sin(i));
const table = { featureSet: 'own', names: ['a', 'b'], labels: ['angry', 'calm'], clips, values, provenance: {} };
writeTable('own.parquet', table);
console.log(JSON.stringify([missing.code, missing.message, (await readTable('own.parquet')).clips.length, CLASSIFIERS.length > 5, getProtocol('loso').name, typeof loadBundle, typeof trainModel]));`,
    );
    const { stdout, stderr } = node(['train.mjs']);
    expect(stderr).toBe('');
    const [code, message, ...others] = JSON.parse(stdout) as [string, string, ...unknown[]];
    expect(code).toBe('table');
    expect(message).toMatch(/`gender-ser features build`, or restore it from the repository, whose data\/features the npm package does not contain/); // prettier-ignore
    expect(message).not.toContain('\n');
    expect(others).toEqual([24, true, 'loso', 'function', 'function']);
  });

  test('has types that hold under strict options, without skipLibCheck', () => {
    writeFileSync(
      join(user, 'use.ts'),
      `import { evaluate, featureSet, loadEmotionModels, METRICS, predict, type LabelledPrediction, type Predictions } from 'gender-ser';
import { predict as predictInPage, type WebEmotionModels } from 'gender-ser/browser';
import { readTable, trainModel, type Bundle, type FeatureTable } from 'gender-ser/train';
const answer: LabelledPrediction = await predict(new Float32Array(16_000), { models: 'default', routing: 'soft' });
export const label: string | undefined = answer.id2label[0];
export const score = (predictions: Predictions): number => evaluate(predictions).parts.male!.figures[METRICS[0]!.name]!.mean;
export const names: readonly string[] = featureSet('librosa186').names;
export const labels: readonly string[] = (await loadEmotionModels()).labels;
export const inPage = (models: WebEmotionModels): Promise<LabelledPrediction> => predictInPage('clip.wav', { models });
const table: FeatureTable = await readTable('own.parquet');
export const bundle: Bundle = await trainModel({ gender: 'combined', table, out: 'model', command: 'x' }, { seed: 1 });
// @ts-expect-error: a gender is male or female
await predict('clip.wav', { gender: 'f' });
`,
    );
    const strict = {
      strict: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      noEmit: true,
      target: 'ES2023',
      module: 'NodeNext',
      types: ['node'],
    };
    writeFileSync(join(user, 'tsconfig.json'), JSON.stringify({ compilerOptions: strict, files: ['use.ts'] }));
    const { stdout } = node([join(root, 'node_modules/typescript/bin/tsc'), '-p', '.']);
    expect(stdout).toBe('');
  }, 600_000);

  test('predicts under Deno', () => {
    writeFileSync(join(user, 'predict.mjs'), PREDICT);
    const deno = join(root, 'node_modules/deno/bin.cjs');
    expect(existsSync(deno)).toBe(true);
    const { stdout, stderr } = node([deno, 'run', '-A', '--no-lock', '--node-modules-dir=manual', 'predict.mjs']);
    expect(stdout, stderr).not.toBe('');
    expectPrediction(stdout);
  }, 600_000);

  test.each(['Node', 'Deno'])(
    'its entries for training and for browsers are loaded by %s',
    (runtime) => {
      const clip = join(installed, 'data/voices/man.flac');
      const code = `
      import { readFileSync } from 'node:fs';
      import { getProtocol } from 'gender-ser/train';
      import { decodeAudio, featureSet } from 'gender-ser/browser';
      const { samples } = await decodeAudio(new Uint8Array(readFileSync(${JSON.stringify(clip)})));
      const vector = await featureSet('librosa186').extract(samples);
      console.log(JSON.stringify([getProtocol('luna-5fold').name, vector.length]));`;
      writeFileSync(join(user, 'entries.mjs'), code);
      const deno = [join(root, 'node_modules/deno/bin.cjs'), 'run', '-A', '--no-lock', '--node-modules-dir=manual'];
      const { stdout, stderr } = node([...(runtime === 'Deno' ? deno : []), 'entries.mjs']);
      expect(stdout.trim(), stderr).toBe('["luna-5fold",186]');
    },
    600_000,
  );

  test('its entry for browsers is bundled without a module of Node and without training code', async () => {
    const entry = `export { predict, decodeAudio, featureSet } from 'gender-ser/browser';`;
    const { outputFiles, metafile } = await build({
      stdin: { contents: entry, resolveDir: user },
      ...{ bundle: true, platform: 'browser', format: 'esm', write: false, metafile: true, logLevel: 'silent' },
    });
    expect(outputFiles[0].text).toContain('ort-wasm-simd-threaded.wasm');
    const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
    expect(imported.filter((path) => !path.startsWith('.'))).toEqual([]);
    const inputs = Object.keys(metafile.inputs).filter((path) => /@tensorflow|^node:|valibot\/.*node|train\/engine/.test(path)); // prettier-ignore
    expect(inputs).toEqual([]);
  });

  test('its command is called gender-ser, in its help and in messages', () => {
    const cli = 'node_modules/gender-ser/dist/cli.js';
    const help = node([cli, '--help']).stdout;
    expect(help).toMatch(/^gender-ser <command>/);
    const { status, stderr } = node([
      cli,
      'eval',
      '--protocol',
      'luna-5fold',
      '--model',
      'pooled',
      '--classifier',
      'svm',
    ]);
    expect(status).toBe(1);
    expect(stderr).toContain('`gender-ser features build`');
    expect(help + stderr).not.toMatch(/\bnpx\b|`ser /);
    const { stdout } = node([cli, 'predict', 'node_modules/gender-ser/data/demo/female.wav', '--format', 'json']);
    expect(JSON.parse(stdout)).toMatchObject([{ gender: 'female' }]);
  });
});

test('nobody is told to run an npx that would fetch a package of that name', () => {
  const { stdout } = spawnSync('grep', ['-rnoE', 'npx (gender-)?ser\\b.*', 'src', 'docs', 'README.md', 'CONTRIBUTING.md', 'scripts'], { cwd: root, encoding: 'utf8' }); // prettier-ignore
  expect(stdout).toBe('');
});

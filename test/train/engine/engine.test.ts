import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadEngine } from '../../../src/train/engine/engine.ts';

/** Runs one of the programs of test/train/engine/ in a process of its own: a process has one engine. */
function run(program: string, env: Record<string, string> = {}) {
  const path = fileURLToPath(new URL(`./${program}`, import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', path], {
    env: { ...process.env, SER_ENGINE: '', TF_CPP_MIN_LOG_LEVEL: undefined, ...env },
    encoding: 'utf8',
  });
  return { status, stderr, result: stdout === '' ? undefined : JSON.parse(stdout) };
}

// Elsewhere WebAssembly is good enough.
const native = !!process.env.CI || !!process.env.SER_REQUIRE_NATIVE || (await loadEngine()).name === 'native';

describe.runIf(native)('native TensorFlow (if installed; in CI it must be)', () => {
  test('is what loadEngine gives', async () => {
    const { tf, name, version, notice } = await loadEngine();
    expect({ name, backend: tf.getBackend(), notice }).toEqual({
      name: 'native',
      backend: 'tensorflow',
      notice: undefined,
    });
    expect(version).toMatch(/^2\.\d+\.\d+$/);
  });

  test('is loaded once, and does not change within a process', async () => {
    expect(await loadEngine()).toBe(await loadEngine({ name: 'native' }));
    await expect(loadEngine({ name: 'wasm' })).rejects.toMatchObject({
      code: 'engine',
      message: expect.stringContaining('this process already uses the native one'),
    });
  });

  test('and WebAssembly give the same network output and the same gradients within 1e-4, and print nothing', () => {
    const [native, wasm] = ['native', 'wasm'].map((name) => run('network.ts', { SER_ENGINE: name }));
    expect([native.stderr, wasm.stderr]).toEqual(['', '']);
    expect([native.result.name, wasm.result.name]).toEqual(['native', 'wasm']);
    expect(native.result.values.length).toBeGreaterThan(1000);
    expectClose(wasm.result.values, native.result.values, 1e-4);
  });

  test.runIf(process.platform === 'linux')('uses no more threads than it is given', () => {
    const { result } = run('threads.ts');
    expect(result.three - result.one).toBe(2);
  });
});

describe('WebAssembly', () => {
  test('has the gradients of a convolution that the plain engine of tfjs gives', () => {
    const { result } = run('gradients.ts');
    expect(result.length).toBeGreaterThan(20);
    for (const { what, wasm, cpu } of result) expectClose(wasm, cpu, 1e-4, what);
  });

  test('learns', () => {
    const { result } = run('learns.ts', { SER_ENGINE: 'wasm' });
    expect(result.name).toBe('wasm');
    expect(result.accuracyBefore).toBeLessThan(0.7);
    expect(result.accuracyAfter).toBeGreaterThan(0.95);
  });

  test('is taken with a notice when tfjs-node does not load', () => {
    const { result } = run('fallback.ts');
    expect(result.name).toBe('wasm');
    expect(result.notice).toMatch(/WebAssembly.*`npm run engine`/);
    expect(result.notice).not.toContain('\n');
  });

  test('is not taken when native is asked for: an error that tells the remedy', () => {
    const { result } = run('fallback.ts', { SER_ENGINE: 'native' });
    expect(result).toMatchObject({ code: 'engine', message: expect.stringContaining('`npm run engine`') });
  });
});

test('an unknown engine is refused', () => {
  expect(run('fallback.ts', { SER_ENGINE: 'gpu' }).result).toMatchObject({
    code: 'engine',
    message: 'SER_ENGINE is "gpu": it must be "native" or "wasm".',
  });
});

function expectClose(actual: number[], expected: number[], tolerance: number, what = 'value'): void {
  expect(actual.length, what).toBe(expected.length);
  const worst = Math.max(...expected.map((value, i) => Math.abs(actual[i] - value)));
  expect(worst, what).toBeLessThan(tolerance);
}

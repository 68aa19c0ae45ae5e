import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { saveTables, scanCorpus } from '../../src/data/corpora/buildCorpus.ts';
import { ravdess } from '../../src/data/corpora/ravdess.ts';
import { SerError } from '../../src/error.ts';
import { readBundle } from '../../src/train/bundle/bundle.ts';
import { trainModel } from '../../src/train/trainModel.ts';
import { writeSmallCorpus } from '../data/smallCorpus.ts';
import { syntheticTable } from '../train/synthetic.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-full-'));
const disk = join(folder, 'disk');
/** Only root may mount a disk of its own; whoever runs the tests otherwise has a full one in test/files (a limit on the size of files). */
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

beforeAll(() => {
  mkdirSync(disk);
  if (isRoot) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', disk]);
});
afterAll(() => {
  if (isRoot) execFileSync('umount', [disk]);
  rmSync(folder, { recursive: true });
});

/** Repeats some work on a disk that grows by so many kB after each failure, until it succeeds. @returns the names on the disk after each failure */
async function onGrowingDisk(step: number, work: () => Promise<unknown>): Promise<string[][]> {
  const failures: string[][] = [];
  for (let size = step; ; size += step) {
    execFileSync('mount', ['-o', `remount,size=${size}k`, disk]);
    try {
      await work();
      return failures;
    } catch (error) {
      expect(error).toBeInstanceOf(SerError);
      expect(error).toMatchObject({
        code: 'file',
        message: expect.stringMatching(/cannot be written: no space is left/),
      });
      failures.push(readdirSync(disk, { recursive: true, encoding: 'utf8' }).sort());
    }
  }
}

/** Whether a name is a final one: files of a set that is not complete have the hash of its head in front, others end in `.partial`. */
const isFinal = (name: string): boolean => !/(^|\/)([0-9a-f]{16})?\.|\.partial$/.test(name);

const contentOf = (path: string) =>
  readdirSync(path).filter(isFinal).map((name) => [name, readFileSync(join(path, name)).toString('base64')]); // prettier-ignore

describe.runIf(isRoot)('on a disk that is full at every point of the work in turn', () => {
  test('a build of tables loses no clip, computes none twice, leaves no half file, and ends with the bytes of an undisturbed one', async () => {
    const corpus = join(folder, 'corpus');
    const names = writeSmallCorpus(corpus, 8);
    const scan = await scanCorpus(ravdess, corpus);
    const options = { copies: 1, workers: 1 };
    await saveTables(ravdess, scan, join(folder, 'whole'), options);
    const computed: string[] = [];
    const failures = await onGrowingDisk(16, () =>
      saveTables(ravdess, scan, join(disk, 'tables'), { ...options, onClip: (id) => computed.push(id) }),
    );
    // Some failed while the journal was written, some while the tables were.
    expect(failures.length).toBeGreaterThan(3);
    for (const left of failures) expect(left.filter(isFinal)).toEqual(['tables']);
    expect(new Set(computed)).toEqual(new Set(names));
    // Only the clip whose entry had no space is computed again.
    expect(computed.length - names.length).toBeLessThanOrEqual(failures.length);
    expect(contentOf(join(disk, 'tables'))).toEqual(contentOf(join(folder, 'whole')));
    rmSync(join(disk, 'tables'), { recursive: true });
  }, 240_000);

  test('a training goes on from its last checkpoint and ends with the model of an undisturbed one; an older model stays whole until then', async () => {
    const task = { gender: 'female' as const, table: syntheticTable(), protocol: 'statement', fold: 'sentence 2', classifier: 'mlp', command: 'test' }; // prettier-ignore
    const train = (out: string, seed: number, resume = false) =>
      trainModel({ ...task, out }, { seed, epochs: 2, networks: 1, units: 8 }, { resume });
    await train(join(folder, 'model'), 2);
    execFileSync('mount', ['-o', 'remount,size=1m', disk]);
    const out = join(disk, 'model');
    await train(out, 1);
    const old = readBundle(out);
    const before = contentOf(out);
    // The disk is full: as much is free as the step says.
    const used = Number(execFileSync('df', ['--output=used', '-k', disk], { encoding: 'utf8' }).split('\n')[1]);
    let free = 0;
    for (;;) {
      execFileSync('mount', ['-o', `remount,size=${used + free}k`, disk]);
      try {
        await train(out, 2, true);
        break;
      } catch (error) {
        expect(error).toMatchObject({ code: 'file', message: expect.stringMatching(/no space is left/) });
        expect(contentOf(out)).toEqual(before);
        expect(readBundle(out)).toEqual(old);
        free += 8;
      }
    }
    expect(free).toBeGreaterThan(8);
    for (const name of ['weights.bin', 'model.json'].filter((one) => existsSync(join(out, one)))) {
      expect(readFileSync(join(out, name)).equals(readFileSync(join(folder, 'model', name))), name).toBe(true);
    }
  }, 240_000);
});

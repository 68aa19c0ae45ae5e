import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { withLock } from '../../src/files/lock.ts';
import { startSer } from '../runSer.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-processes-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Command lines of the processes that hold this text, by their number. */
function processesWith(text: string): Map<number, string> {
  const found = new Map<number, string>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      if (words.includes(text)) found.set(Number(name), words);
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

describe.runIf(process.platform === 'linux')('trainings in processes of their own', () => {
  test('end within a second when the command that started them is killed', async () => {
    const trainings = join(folder, 'trainings');
    const words = ['eval', '--protocol', 'statement', '--model', 'reference', '--processes', '2', '--epochs', '500'];
    const parent = startSer([...words, '--trainings', trainings, '--out', join(folder, 'report')]);
    const children = () => [...processesWith(`--trainings=${trainings}`).keys()];
    await expect.poll(() => children().length, { timeout: 60_000, interval: 50 }).toBe(2);
    // Checkpoints: both are in the middle of their work.
    const busy = () =>
      (existsSync(trainings) ? readdirSync(trainings) : []).flatMap((name) => readdirSync(join(trainings, name)))
        .length;
    await expect.poll(busy, { timeout: 60_000, interval: 100 }).toBe(2);
    parent.kill('SIGKILL');
    await parent.code;
    await expect.poll(() => children().length, { timeout: 1500, interval: 20 }).toBe(0);
  }, 120_000);
});

describe('a lock', () => {
  const path = join(folder, 'not', 'there', 'yet');
  const turns: string[] = [];
  const work = (name: string) => async (): Promise<void> => {
    turns.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 150));
    turns.push(`${name} ends`);
  };

  test('lets one after the other', async () => {
    await Promise.all([withLock(path, work('a')), withLock(path, work('b')), withLock(`${path}-other`, work('c'))]);
    const [one, other] = turns[0].startsWith('a') ? ['a', 'b'] : ['b', 'a'];
    expect(turns.filter((turn) => !turn.startsWith('c'))).toEqual([`${one} begins`, `${one} ends`, `${other} begins`, `${other} ends`]); // prettier-ignore
    expect(turns.indexOf('c begins')).toBeLessThan(turns.indexOf(`${one} ends`));
    expect(readdirSync(join(folder, 'not', 'there'))).toEqual([]);
  });

  test('is refused in words to whoever has waited long enough, and free after a failure', async () => {
    const failing = withLock(path, async () => {
      await expect(withLock(path, work('d'), { patience: 0 })).rejects.toThrow(
        expect.objectContaining({ code: 'file', message: expect.stringMatching(/is being written by another process/) }), // prettier-ignore
      );
      throw new Error('failed');
    });
    await expect(failing).rejects.toThrow('failed');
    expect(await withLock(path, async () => 'free', { patience: 0 })).toBe('free');
  });

  test('is free at once when the process that holds it is killed, however busy it is', async () => {
    const code = `import { withLock } from './src/files/lock.ts';
      await withLock(${JSON.stringify(path)}, async () => { console.log('held'); for (;;); });`;
    const holder = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code]);
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    await expect(withLock(path, work('e'), { patience: 200 })).rejects.toThrow(/by another process/);
    const waiting = withLock(path, async () => performance.now(), { patience: 5000 });
    const killed = performance.now();
    holder.kill('SIGKILL');
    expect((await waiting) - killed).toBeLessThan(1000);
  });
});

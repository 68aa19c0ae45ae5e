import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { printable, printableName } from '../../src/messages/printable.ts';
import { runSer } from '../runSer.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-terminal-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('what a terminal would obey is shown', () => {
  test.each([
    ['a colour', 'a\x1b[31mred', String.raw`a\x1b[31mred`],
    ['a title and a bell', '\x1b]0;title\x07', String.raw`\x1b]0;title\x07`],
    ['a carriage return that overwrites', 'bad\rgood', String.raw`bad\x0dgood`],
    ['control characters beyond ASCII', 'a\x9b31m\x7f', String.raw`a\u009b31m\u007f`],
    ['another direction of writing', 'a\u202Egpj.wav\u2066', String.raw`a\u202egpj.wav\u2066`],
    ['nothing else', 'Zoë 声音 😀 É\t\n', 'Zoë 声音 😀 É\t\n'],
  ])('%s', (_, text, shown) => expect(printable(text)).toBe(shown));

  test('and so are the line breaks of a name', () => expect(printableName('a\nb\tc')).toBe(String.raw`a\nb\tc`));

  test('JSON keeps its values', () => {
    const value = { 'a\x1b\x9b\x7f\u202e': '\0\r\n\x1f\u2028' };
    const text = printable(JSON.stringify(value, null, 2));
    expect(JSON.parse(text)).toEqual(value);
    // eslint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  });

  test('in the error of a command', async () => {
    const { code, stderr } = await runSer(['report', join(folder, 'a\x1b[2J\nerror: b')]);
    expect(code).toBe(1);
    expect(stderr).toBe(
      `error: ${folder}/a\\x1b[2J\\nerror: b is not a report folder: it has no report.json. \`ser eval\` writes one.\n`,
    );
  });
});

/** A command of the shell, in which `ser` stands for ours. */
function shell(command: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const words = ['-c', `ser() { "$NODE" .compiled/cli.js "$@"; }; ${command}`];
  const bash = spawn('bash', words, { env: { ...process.env, NODE: process.execPath } });
  let stdout = '';
  let stderr = '';
  bash.stdout.on('data', (text) => (stdout += String(text)));
  bash.stderr.on('data', (text) => (stderr += String(text)));
  return new Promise((resolve) => bash.on('close', (code) => resolve({ code, stdout, stderr })));
}

/** What is to be said of the demo clip in any case. */
const WARNING = /^warning: data\/demo\/male\.wav: Hardly any sound above 4 kHz.*\n/;

describe('a command ends in one line, without a stack,', () => {
  test.each(['features windows data/demo/male.wav', 'features data/demo/male.wav', 'predict --help'])(
    'where the disk of standard output is full: %s',
    async (words) => {
      const { code, stderr } = await shell(`ser ${words} > /dev/full`);
      expect(stderr.replace(WARNING, '')).toBe(
        'error: standard output cannot be written: no space is left on the disk.\n',
      );
      expect(code).toBe(1);
    },
  );

  test('with exit code 0 and nothing said where the reader has seen enough', async () => {
    const { code, stdout, stderr } = await shell(
      'ser features windows data/demo/male.wav --hop 0.01 | head -c 9; exit ${PIPESTATUS[0]}',
    );
    expect({ code, stdout, stderr: stderr.replace(WARNING, '') }).toEqual({ code: 0, stdout: 'start,end', stderr: '' });
  });

  test('and does its work where nobody reads what it says', async () => {
    const out = join(folder, 'features.csv');
    const { code } = await shell(`ser features data/demo/male.wav data/demo/female.wav --out ${out} 2> >(true)`);
    expect(code).toBe(0);
    expect((await shell(`wc -l < ${out}`)).stdout.trim()).toBe('3');
  });

  test('where the system says no in the middle of something', async () => {
    const manifest = join(folder, 'manifest.csv');
    mkdirSync(manifest);
    const { code, stderr } = await runSer(['features', 'build', '--manifest', manifest, '--out', join(folder, 'out')]);
    expect(stderr).toBe(`error: ${manifest} cannot be read: it is a folder.\n`);
    expect(code).toBe(1);
  });
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/commands/commands.ts';
import { createParser } from '../../src/commands/parser.ts';
import { runSer } from '../runSer.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-startup-'));
afterAll(() => rmSync(folder, { recursive: true }));
const counter = pathToFileURL(join(import.meta.dirname, '../fixtures/loadedModules.mjs')).href;

/** What a command loads, besides what its workers do: files of src, and packages. */
async function loadedBy(...words: string[]): Promise<{ files: string[]; packages: string[] }> {
  const list = join(folder, `${words.join(' ').replaceAll('/', ' ')}.txt`);
  const { code, stderr } = await runSer(words, { NODE_OPTIONS: `--import ${counter}`, LOADED_MODULES: list });
  expect(code, stderr).toBe(0);
  const urls = readFileSync(list, 'utf8').split('\n');
  const names = (pattern: RegExp): string[] => [...new Set(urls.flatMap((url) => pattern.exec(url)?.[1] ?? []))].sort();
  return { files: names(/\/\.compiled\/(.*)\.js$/), packages: names(/.*node_modules\/((?:@[^/]+\/)?[^/]+)/) };
}

test('the help loads the list of the commands and none of them', async () => {
  const { files, packages } = await loadedBy('--help');
  expect(files).toContain('commands/commands');
  expect(files.length).toBeLessThan(15);
  expect(files.filter((file) => !/^commands\/[^/]+$|^[^/]+$|^messages\/|^train\/processes/.test(file))).toEqual([]);
  expect(packages).toContain('yargs');
  expect(packages).not.toContain('valibot');
});

describe('predicting one clip', () => {
  test('loads its own command only, and nothing that trains, draws, reports or serves', async () => {
    const { files, packages } = await loadedBy('predict', 'data/demo/male.wav');
    expect(files).toContain('features/sets/librosa186');
    expect(files.length).toBeLessThan(260);
    const others =
      /^commands\/(?!predict\/)[^/]+\/|^train\/engine|\/(fit|learner|smo)|^eval\/(charts|reports|text)|^serve\/(http|page)|^data\/(augment|perturb|sources)/;
    expect(files.filter((file) => others.test(file))).toEqual([]);
    for (const heavy of [
      'bullmq',
      'ioredis',
      'vega',
      'vega-lite',
      'fastify',
      'chokidar',
      'hyparquet',
      '@tensorflow/tfjs',
    ]) {
      expect(packages).not.toContain(heavy);
    }
  });
});

/** What a command prints when it is asked for its help. */
function helpOf(words: string[]): Promise<string> {
  const refuse = (mistake: string | Error): never => {
    throw mistake instanceof Error ? mistake : new Error(mistake);
  };
  const typed = [...words, '--help'];
  const parser = createParser(typed, { name: 'ser', onMistake: refuse, onError: refuse }).exitProcess(false);
  return new Promise((resolve) => void parser.parse(typed, {}, (_error, _given, output) => resolve(output)));
}

const allCommands = COMMANDS.flatMap(({ name, commands }) => [
  name,
  ...commands.filter((one) => one.name !== '$0').map((one) => `${name} ${one.name}`),
]);

test.each(allCommands)('`ser %s` has a help of its own, with examples', async (words) => {
  const help = await helpOf(words.split(' '));
  expect(help).toContain(`ser ${words}`);
  if (!['data', 'embeddings'].includes(words)) expect(help).toMatch(/Examples:\n/);
});

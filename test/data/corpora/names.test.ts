import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CORPORA } from '../../../src/data/corpora/corpora.ts';

/** The corpora themselves and their list; the recipes of the shipped models; what trains the gender model, which is a recipe of its own; findings of others, which are cited. */
const OWN =
  /^src\/(data\/corpora\/|train\/gender\/|commands\/train\/gender\.ts|train\/families\/recipes\.ts|data\/embeddings\/published\/encoders\.ts)/;

/** Code without its comments. */
const codeOf = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, '');

test('no corpus is named outside its own files: what differs between corpora is data', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).map((name) => join('src', name));
  const sources = files.filter((path) => /\.(ts|html)$/.test(path) && !OWN.test(path));
  const names = CORPORA.flatMap(({ name, title }) => [name, title]).join('|');
  const naming = sources.filter((path) => new RegExp(`(?<![a-z])(${names})`).test(codeOf(readFileSync(path, 'utf8'))));
  expect(sources.length).toBeGreaterThan(300);
  expect(naming).toEqual([]);
});

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ClipResult } from '../../../src/serve/predict/clipResult.ts';
import { markersOf } from '../../../src/eval/text/markdown.ts';
import { runSer } from '../../runSer.ts';

const readme = readFileSync('README.md', 'utf8');

test('the first command of the README gets both voices right: gender, and neutral, as a synthesiser speaks', async () => {
  const [, words] = readme.match(/^npm run -s (predict -- .+)$/m)!;
  expect(words).toBe('predict -- data/voices');
  const { code, stdout } = await runSer(['predict', 'data/voices', '--format', 'json']);
  expect(code).toBe(0);
  expect(
    (JSON.parse(stdout) as ClipResult[]).map(({ file, gender, emotion, sure }) => ({ file, gender, emotion, sure })),
  ).toEqual([
    { file: 'data/voices/man.flac', gender: 'male', emotion: 'neutral', sure: true },
    { file: 'data/voices/woman.flac', gender: 'female', emotion: 'neutral', sure: true },
  ]);
});

test('the README shows that answer', () => {
  const [start, end] = markersOf('first-clip').map((marker) => readme.indexOf(marker));
  const rows = readme.slice(start, end).match(/^data\/voices.+$/gm)!;
  expect(rows.map((row) => row.split(/\s+/).slice(0, 2))).toEqual([
    ['data/voices/man.flac', 'male'],
    ['data/voices/woman.flac', 'female'],
  ]);
  for (const row of rows) expect(row).toContain(' neutral ');
});

test('the README fits on a few screens, and the voices are small', () => {
  expect(readme.split('\n').length).toBeLessThanOrEqual(150);
  expect(readdirSync('data/voices').sort()).toEqual(['README.md', 'man.flac', 'woman.flac']);
  for (const name of ['man', 'woman']) expect(statSync(`data/voices/${name}.flac`).size).toBeLessThan(60_000);
});

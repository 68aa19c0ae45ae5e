import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { clipLinks } from '../../../src/eval/text/clipLinks.ts';
import { mistakesMarkdown } from '../../../src/eval/text/mistakesMarkdown.ts';
import { reportPage } from '../../../src/eval/reports/page/reportPage.ts';
import { clips } from '../samplePredictions.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser links (1)-'));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'audio', 'Actor 01'), { recursive: true });
for (const name of ['Actor 01/clip 1.wav', 'Actor 01/clip 2.FLAC', 'notes.txt']) {
  writeFileSync(join(folder, 'audio', name), 'x');
}

test('recordings by their ids, seen from the report; other files are none', async () => {
  const links = await clipLinks(join(folder, 'audio'), join(folder, 'reports', 'one'));
  expect([...links]).toEqual([
    ['clip 1', '../../audio/Actor%2001/clip%201.wav'],
    ['clip 2', '../../audio/Actor%2001/clip%202.FLAC'],
  ]);
  await expect(clipLinks(join(folder, 'nowhere'), folder)).rejects.toThrow(/cannot be read|cannot read/);
});

test('a mistake is linked in report.md and on the page where its recording is there', async () => {
  const links = await clipLinks(join(folder, 'audio'), folder);
  const predictions = clips(['a', 0.9, 0.1, 0], ['b', 0.7, 0.2, 0.1], ['c', 0.1, 0.9, 0], ['c', 0.2, 0.8, 0]);
  const seed = { ...predictions, seed: 1, folds: [] };
  const markdown = mistakesMarkdown([seed], links);
  expect(markdown).toContain('| [clip 2](audio/Actor%2001/clip%202.FLAC) |');
  expect(markdown).toContain('| clip 3 |');
  expect(markdown).toContain('a click plays the clip');
  expect(mistakesMarkdown([seed])).not.toMatch(/plays|\]\(/);
  const page = reportPage({ markdown: `# Report\n\n${markdown}\n`, figures: [], facts: [] });
  expect(page).toContain('<a href="audio/Actor%2001/clip%202.FLAC" rel="noopener">clip 2</a>');
});

test('labels without probabilities have no most confident errors, one group has nothing beside it', () => {
  const given = { ...clips(['b', 1, 0, 0], ['c', 0, 0, 1]), seed: null };
  expect(mistakesMarkdown([given])).toBe('## Error analysis');
  const two = { ...given, rows: [given.rows[0], { ...given.rows[1], speaker: '2' }] };
  expect(mistakesMarkdown([two])).toContain('| speaker | 2 | 1 |');
  expect(mistakesMarkdown([two])).not.toContain('confident');
});

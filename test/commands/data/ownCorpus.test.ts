import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { Bundle } from '../../../src/train/bundle/bundle.ts';
import { runSer } from '../../runSer.ts';
import { startServer } from '../../serve/http/testServer.ts';

vi.setConfig({ testTimeout: 900_000 });

/** Of the served model. */
interface Answer {
  results: { probabilities: Record<string, number> }[];
}

const corpora = process.env.SER_CORPORA;
/** The commands of the page, in their order. */
const commands = [...readFileSync('docs/own-corpus.md', 'utf8').matchAll(/^npm run -s (?:ser -- )?(.+)$/gm)].map(
  ([, words]) => words.replace(/^(predict|serve) -- /, '$1 '),
);

test('the page on recordings of one’s own goes from a folder to a served model', () => {
  expect(commands.map((words) => words.split(' ')[0])).toEqual([
    ...['data', 'eval', 'eval', 'train', 'predict', 'eval', 'robustness', 'serve'],
  ]);
});

describe.skipIf(!corpora)('with 60 clips of EmoDB (SER_CORPORA)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ser-page-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('every command of the page does what it says', async () => {
    mkdirSync(join(folder, 'recordings'));
    const clips = readdirSync(join(corpora!, 'emodb')).filter((name) => /^\d\d[ab]\d\d[WFTNA]\w\.flac$/.test(name));
    const speakers = [...new Set(clips.map((name) => name.slice(0, 2)))];
    const some = speakers.flatMap((speaker) => clips.filter((name) => name.startsWith(speaker)).slice(0, 6));
    expect(some).toHaveLength(60);
    for (const name of some) copyFileSync(join(corpora!, 'emodb', name), join(folder, 'recordings', name));
    expect(commands.at(-1)).toBe('serve --models mine');
    for (const command of commands.slice(0, -1)) {
      // In the folder of the test instead of the current one.
      const words = command.split(' ').map((word) => (/^(recordings|mine|reports)\b/.test(word) ? join(folder, word) : word)); // prettier-ignore
      const trainings = /--protocol/.test(command) ? ['--trainings', join(folder, 'trainings')] : [];
      // That on CREMA-D's 7,442 clips is a part of the whole one.
      const epochs = /--protocol.*crema-d/.test(command) ? ['--epochs', '2'] : [];
      const { code, stderr } = await runSer([...words, ...trainings, ...epochs], {
        SER_TABLES: join(folder, 'tables'),
      });
      expect(code, `${command}\n${stderr}`).toBe(0);
    }
    const server = await startServer({}, { models: join(folder, 'mine') });
    try {
      const clip = new Uint8Array(readFileSync(join(folder, 'recordings', some[0])));
      const { results } = (await (await server.predict({ [some[0]]: clip })).json()) as Answer;
      const { labels } = JSON.parse(readFileSync(join(folder, 'mine', 'pooled', 'bundle.json'), 'utf8')) as Bundle;
      expect(labels.toSorted()).toEqual(['angry', 'fearful', 'happy', 'neutral', 'sad']);
      expect(Object.keys(results[0].probabilities)).toEqual(labels);
    } finally {
      await server.close();
    }
    expect(readFileSync(join(folder, 'reports/own/report.md'), 'utf8')).toContain('60 test clips of 10 speakers');
    expect(readFileSync(join(folder, 'reports/noise/report.md'), 'utf8')).toContain(
      'has learnt from all of the 60 clips',
    );
  });
});

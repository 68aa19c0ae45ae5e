import { readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ravdess } from '../../../src/data/corpora/ravdess.ts';
import type { ClipResult } from '../../../src/serve/predict/clipResult.ts';
import { trainAdaptedPair } from '../speakerModels.ts';
import { chooseOption, demoPath, describePage, deviceReady, downloadedJson, type Opened, type PageServer, startPageServer } from './pageServer.ts'; // prettier-ignore

describePage('recordings of one speaker', () => {
  let folder: string;
  let server: PageServer;
  let opened: Opened;
  beforeAll(async () => {
    folder = await trainAdaptedPair();
    server = await startPageServer({ models: folder });
    opened = await server.open();
    await deviceReady(opened.page);
  });
  afterAll(async () => {
    await server?.close();
    rmSync(folder, { recursive: true });
  });

  const NAMES = ['female', 'female-excited', 'male'];

  /** Results of the page for so many recordings, once each was compared with so many. */
  async function results(count: number, clips: number): Promise<ClipResult[]> {
    await opened.page.locator('#list').getByText(`${count} of ${count} recordings analysed`).waitFor();
    for (;;) {
      const answers = (await downloadedJson(opened.page)) as ClipResult[];
      if (answers.length === count && answers.every(({ speaker }) => speaker?.clips === clips)) return answers;
      await opened.page.waitForTimeout(1500);
    }
  }

  async function expectAsServer(answers: readonly ClipResult[]): Promise<void> {
    const body = new FormData();
    for (const { file } of answers)
      body.append('file', new Blob([readFileSync(demoPath(file.replace('.wav', '')))]), file);
    const response = await fetch(`${server.url}/api/v1/predict?speaker=one`, { method: 'POST', body });
    const expected = ((await response.json()) as { results: ClipResult[] }).results;
    answers.forEach(({ probabilities, speaker }, i) => {
      expect(speaker).toEqual(expected[i].speaker);
      for (const one of ravdess.labels) expect(Math.abs(probabilities[one] - expected[i].probabilities[one])).toBeLessThan(1e-3); // prettier-ignore
    });
  }

  it('each by itself, until the page is told; then each with all, on this device', async () => {
    const { page, uploads } = opened;
    await page.setInputFiles('#files', NAMES.slice(0, 2).map(demoPath));
    await results(2, 1);
    await page.getByLabel('These recordings are of one speaker').check();
    await expectAsServer(await results(2, 2));
    expect(uploads).toEqual([]);
    await page.getByRole('button', { name: 'female.wav', exact: true }).click();
    await page.getByText('compared with all 2 recordings of the speaker').waitFor();
  });

  it('one more recording: all are analysed again', async () => {
    await opened.page.setInputFiles('#files', demoPath(NAMES[2]));
    await expectAsServer(await results(3, 3));
    expect(opened.troubles).toEqual([]);
  });

  it('on the server all go in one request', async () => {
    const { page, uploads } = opened;
    await page.getByRole('button', { name: 'Clear' }).click();
    await chooseOption(page, 'On the server');
    await page.setInputFiles('#files', NAMES.slice(0, 2).map(demoPath));
    await expectAsServer(await results(2, 2));
    expect(uploads).toEqual(['/api/v1/predict']);
    await page.setInputFiles('#files', demoPath(NAMES[2]));
    await expectAsServer(await results(3, 3));
    expect(uploads).toEqual(['/api/v1/predict', '/api/v1/predict']);
  });
});

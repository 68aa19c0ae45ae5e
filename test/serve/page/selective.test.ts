import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClipResult } from '../../../src/serve/predict/clipResult.ts';
import type { Bundle } from '../../../src/train/bundle/bundle.ts';
import { GENDERS } from '../../../src/data/clip.ts';
import { trainPair } from '../trainedPair.ts';
import { rightInWords } from '../../../src/serve/predict/verdict.ts';
import { askServer, demoPath, describePage, deviceReady, downloadedJson, type PageServer, startPageServer } from './pageServer.ts'; // prettier-ignore

describePage('models that are not sure', () => {
  let folder: string;
  let server: PageServer;
  beforeAll(async () => {
    folder = await trainPair('svm', 'librosa186', { validationBy: 'speaker' });
    for (const gender of GENDERS) {
      const path = join(folder, gender, 'bundle.json');
      const bundle = JSON.parse(readFileSync(path, 'utf8')) as Bundle;
      writeFileSync(
        path,
        JSON.stringify({ ...bundle, selective: { ...bundle.selective, threshold: null, distance: 25 } }),
      );
    }
    server = await startPageServer({ models: folder });
  });
  afterAll(async () => {
    await server?.close();
    rmSync(folder, { recursive: true });
  });

  it('say so in the headline, with what it might be and how often such answers are right; as the server does', async () => {
    const { page, troubles, close } = await server.open({ viewport: { width: 320, height: 700 } });
    await deviceReady(page);
    await page.setInputFiles('#files', demoPath('male'));
    const expected = await askServer(server.url, readFileSync(demoPath('male')));
    expect(expected.headline).toMatch(/^Not sure: .+ or .+$/);
    await page.locator('#clip .big').getByText(expected.headline, { exact: true }).waitFor();
    await page.locator('#clip').getByText(rightInWords(expected.rightOnUnseen!)).waitFor();
    expect(await page.locator('#clip .bars tr.best').count()).toBe(expected.alternatives.length);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
    await page.setInputFiles('#files', demoPath('female'));
    await page.locator('#list').getByText('2 of 2 recordings analysed').waitFor();
    const [first] = (await downloadedJson(page)) as ClipResult[];
    const { sure, reason, alternatives, headline } = expected;
    expect(first).toMatchObject({ sure, reason, alternatives, headline });
    expect(await page.locator('#list tbody').getByText('Not sure').count()).toBe(2);
    expect(troubles).toEqual([]);
    await close();
  });
});

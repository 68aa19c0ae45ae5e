import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClipResult } from '../../../src/serve/predict/clipResult.ts';
import { SIX, trainSixEmotions } from '../sixEmotions.ts';
import { askServer, chooseOption, demoPath, describePage, deviceReady, downloadedJson, type PageServer, startPageServer } from './pageServer.ts'; // prettier-ignore

describePage('a family of models with six emotions', () => {
  let folder: string;
  let server: PageServer;
  beforeAll(async () => {
    folder = await trainSixEmotions();
    server = await startPageServer({ models: folder });
  });
  afterAll(async () => {
    await server?.close();
    rmSync(folder, { recursive: true });
  });

  it('is named with its licence; answers of this device name it, and are those of the server', async () => {
    const fetched: string[] = [];
    const { page, troubles, uploads, close } = await server.open({
      before: async (page) => void page.on('request', (request) => fetched.push(new URL(request.url()).pathname)),
    });
    await deviceReady(page);
    const name = `${basename(folder)}/`;
    await page.getByText(`Models: ${name}. Not for commercial use; made from EmoDB (CC0)`).waitFor();
    await page.setInputFiles('#files', ['male', 'female'].map(demoPath));
    await page.locator('#list').getByText('2 of 2 recordings analysed').waitFor();
    const answers = (await downloadedJson(page)) as ClipResult[];
    for (const { file, models, probabilities } of answers) {
      expect(models).toBe(name);
      expect(Object.keys(probabilities)).toEqual(SIX);
      const expected = await askServer(server.url, readFileSync(demoPath(file.replace('.wav', ''))));
      for (const one of SIX) expect(Math.abs(probabilities[one] - expected.probabilities[one])).toBeLessThan(1e-3);
    }
    await page.getByRole('button', { name: 'male.wav', exact: true }).click();
    await page.getByText(`of the models “${name}”`).waitFor();
    expect(await page.locator('#clip .bars tbody tr').count()).toBe(6);
    const models = fetched.filter((path) => path.startsWith('/models/')).map((path) => path.split('/')[2]);
    expect([...new Set(models)].sort()).toEqual(['family.json', 'female', 'gender', 'male', 'moonshine', 'speech']);
    expect([uploads, troubles]).toEqual([[], []]);
    await close();
  });

  it('is not mixed with another one that the server has since the page was opened', async () => {
    const { page, close } = await server.open({
      before: async (page) =>
        void (await page.route('**/models/female/bundle.json', (route) =>
          route.fulfill({ path: 'models/reference/female/bundle.json' }),
        )),
    });
    await page.getByText('This browser cannot run the models: the server now has other models').waitFor();
    await close();
  });
});

describePage('a family with one model for all voices', () => {
  const folder = mkdtempSync(join(tmpdir(), 'alone-'));
  let server: PageServer;
  beforeAll(async () => {
    cpSync('models/reference/pooled', join(folder, 'pooled'), { recursive: true });
    cpSync('models/gender', join(folder, 'gender'), { recursive: true });
    server = await startPageServer({ models: folder });
  });
  afterAll(async () => {
    await server?.close();
    rmSync(folder, { recursive: true });
  });

  it('has no settings of routing and voice; this device and the server answer alike, with the gender of its gender model', async () => {
    const { page, troubles, uploads, close } = await server.open();
    await deviceReady(page);
    await chooseOption(page, 'On this device');
    for (const id of ['#voice', '#routing']) expect(await page.locator(id).isVisible()).toBe(false);
    await page.setInputFiles('#files', demoPath('female'));
    await page.getByText('by the emotion model for all voices').waitFor();
    const voice = page.locator('#clip .voice');
    expect(await voice.innerText()).toMatch(/female voice, .*\d % probable/);
    expect([uploads, troubles]).toEqual([[], []]);
    await chooseOption(page, 'On the server');
    await page.setInputFiles('#files', demoPath('male'));
    await page.getByText('analysed on the server').waitFor();
    expect(await voice.innerText()).toMatch(/ male voice, .*\d % probable/);
    const expected = await askServer(server.url, readFileSync(demoPath('female')));
    expect(expected).toMatchObject({ routing: 'pooled', gender: 'female' });
    await close();
  });
});

import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeWav } from '../../../src/data/audio/pcm/wav.ts';
import type { ClipResult } from '../../../src/serve/predict/clipResult.ts';
import { rightInWords } from '../../../src/serve/predict/verdict.ts';
import { asFile, askServer, demoPath, describePage, deviceReady, downloaded, downloadedFile, type Opened, type PageServer, startPageServer } from './pageServer.ts'; // prettier-ignore

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const;
const SCREENS = [
  PHONE,
  { viewport: { width: 768, height: 1024 } },
  { viewport: { width: 1160, height: 800 } },
] as const;
const SILENCE = asFile('silence.wav', Buffer.from(encodeWav(new Float32Array(32_000), 16_000)));

/** What has the focus, and how far its top is from that of the window. */
const focus = (page: Page) =>
  page.evaluate(() => ({ id: document.activeElement!.id, top: document.activeElement!.getBoundingClientRect().top }));

/** Waits for the result of the single recording. */
const answered = (page: Page): Promise<void> => page.locator('#clip[aria-busy=false]').waitFor();

describePage('a visitor who knows nothing of it', () => {
  let server: PageServer;
  let opened: Opened;
  beforeAll(async () => {
    server = await startPageServer();
    opened = await server.open(PHONE);
    await deviceReady(opened.page);
  });
  afterAll(() => server?.close());

  it.each(SCREENS)(
    'at $viewport.width px: an example, what it sounds like, how far to trust that, and what is known of it',
    async (screen) => {
      const { page, troubles, uploads, close } = await server.open(screen);
      expect(await page.getByRole('radio').count()).toBe(0); // no setting is needed
      await page.getByRole('button', { name: 'A woman, neutral' }).click();
      await answered(page);
      const expected = await askServer(server.url, readFileSync('data/voices/woman.flac'));
      const view = page.getByRole('article', { name: 'woman.flac' });
      expect(await view.locator('.big').innerText()).toBe(expected.headline);
      expect(expected.headline).toBe('Sounds neutral');
      await view.getByText(rightInWords(expected.rightOnUnseen!)).waitFor();
      await view.getByText('A female voice, over 99 % probable').waitFor();
      await view.getByText('The right answer: a woman’s voice, neutral.').waitFor();
      expect(await view.innerText()).not.toMatch(/\b(100|0)(\.0)? %/);
      const { id, top } = await focus(page);
      expect(id).toBe('clip-title');
      expect(top).toBeGreaterThanOrEqual(0);
      expect((await view.locator('.big').boundingBox())!.y).toBeLessThan(screen.viewport.height / 2);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
      expect([troubles, uploads]).toEqual([[], []]);
      await close();
    },
  );

  it('progress is seen and focused within 200 ms of a choice of files, even if the models take long to come', async () => {
    let arrive: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const { page, close } = await server.open({
      ...PHONE,
      before: (page) => page.route('**/models/gender/gender.onnx', (route) => arrived.then(() => route.continue())),
    });
    await page.evaluate(() => {
      document.querySelector('#files')!.addEventListener('change', () => {
        const start = performance.now();
        const look = (): void => {
          const bar = document.querySelector('#clip progress')?.getBoundingClientRect();
          if (bar && bar.height > 0 && bar.top < innerHeight && document.activeElement?.id === 'clip-title') {
            document.body.dataset.shown = String(performance.now() - start);
          } else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }, { capture: true }); // prettier-ignore
    });
    await page.setInputFiles('#files', demoPath('male'));
    await page.waitForFunction(() => document.body.dataset.shown);
    expect(Number(await page.locator('body').getAttribute('data-shown'))).toBeLessThan(200);
    await page.locator('#clip').getByText('Fetching the models').waitFor();
    await page.locator('#status').getByText('Analysing male.wav').waitFor({ state: 'attached' });
    arrive();
    await answered(page);
    expect((await focus(page)).id).toBe('clip-title');
    await close();
  });

  it('a recording without speech gets neither an emotion nor a voice; one unlike those in training no emotion as its headline', async () => {
    const { page } = opened;
    await page.setInputFiles('#files', SILENCE);
    await answered(page);
    const view = page.locator('#clip');
    expect(await view.locator('.verdict').innerText()).toMatch(/^No speech found\s+The models know nothing but voices/);
    expect(await view.getByText(/male/).count()).toBe(0);
    await view.getByText(/^Silence, or nearly so/).waitFor();
    await page.getByText('No words').click();
    await page.getByRole('article', { name: 'male.wav' }).locator('.verdict').waitFor();
    expect(await view.locator('.verdict').innerText()).toMatch(/^Unlike the voices the models know\s+Closest to calm/);
    expect(await view.locator('.verdict').innerText()).toMatch(/A male voice, 94 % probable/);
    await page.getByRole('button', { name: 'Clear' }).click();
  });

  it('what cannot be read is said with what helps', async () => {
    const { page } = opened;
    const flac = readFileSync('data/voices/man.flac');
    flac.fill(0, 9000, 14_000);
    for (const [name, buffer, words] of [
      ['damaged.flac', flac, /^This file is damaged: .+\. If it plays elsewhere, convert it to WAV/],
      [
        'notes.mp3',
        Buffer.from('this is no audio'),
        /^This file is not an audio file of a known format; WAV, .+ convert it to WAV/,
      ],
      ['empty.wav', Buffer.alloc(0), /^This file is empty\. .*Add it again/],
    ] as const) {
      await page.setInputFiles('#files', asFile(name, buffer));
      await page.getByRole('article', { name }).locator('.notice').waitFor();
      expect(await page.locator('#clip .notice').innerText()).toMatch(words);
    }
    await page
      .getByText('0 of 3 recordings analysed, 3 could not be: damaged.flac, notes.mp3 and empty.wav.')
      .waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
  });

  it('a result can be had as a picture, in the colours of its emotions, and as JSON', async () => {
    const { page } = opened;
    await page.getByRole('button', { name: 'A man, neutral' }).click();
    await answered(page);
    const picture = await downloadedFile(page, 'Share as an image');
    const { width, height, colours } = await page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes]));
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext('2d')!;
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, image.width, image.height);
      const seen = new Map<string, number>();
      for (let i = 0; i < data.length; i += 4) {
        const colour = data.slice(i, i + 3).join();
        seen.set(colour, (seen.get(colour) ?? 0) + 1);
      }
      return {
        width: image.width,
        height: image.height,
        colours: Object.fromEntries([...seen].filter(([, n]) => n > 200)),
      };
    }, picture.toString('base64'));
    expect(width).toBe(1080);
    expect(height).toBeGreaterThan(800);
    const [neutral, calm] = ['138,148,158', '86,180,233'].map((colour) => colours[colour]);
    const { probabilities } = await askServer(server.url, readFileSync('data/voices/man.flac'));
    // To one pixel of the longer bar, which has more than 500: the last one may be mixed with the background.
    expect(Math.abs(calm / neutral - probabilities.calm / probabilities.neutral)).toBeLessThan(1 / 500);
    const json = JSON.parse(await downloaded(page, 'Save as JSON')) as { results: ClipResult[] };
    expect(json.results).toMatchObject([{ file: 'man.flac', emotion: 'neutral', headline: 'Sounds neutral' }]);
  });

  it('many recordings: cards on a phone, a table where there is room', async () => {
    const { page } = opened;
    await page.setInputFiles('#files', ['female', 'male'].map(demoPath));
    await page.locator('#list').getByText('3 of 3 recordings analysed.').waitFor();
    const { id, top } = await focus(page);
    expect(id).toBe('list-title');
    expect(top).toBeGreaterThanOrEqual(0);
    expect(top).toBeLessThan(PHONE.viewport.height / 2);
    const row = page.getByRole('row', { name: /female\.wav/ });
    const tops = async () => {
      const boxes = await Promise.all((await row.locator('th, td').all()).map((cell) => cell.boundingBox()));
      return new Set(boxes.map((box) => Math.round((box!.y + box!.height / 2) / 12))).size;
    };
    for (const [width, lines] of [
      [390, 3],
      [599, 3],
      [768, 1],
      [1160, 1],
    ]) {
      await page.setViewportSize({ width, height: 844 });
      expect([width, await tops()]).toEqual([width, lines]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
      expect(await row.getByRole('cell').count()).toBe(4);
      expect(await page.evaluate(() => { const region = document.querySelector('#list .scroll')!; return region.scrollWidth - region.clientWidth; })).toBe(0); // prettier-ignore
    }
    expect(opened.troubles).toEqual([]);
    expect(opened.uploads).toEqual([]);
  });
});

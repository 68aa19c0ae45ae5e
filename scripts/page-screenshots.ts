/**
 * Takes the pictures of the page for the README, in Chromium: docs/figures/page-*.png. With SER_CORPORA set (a folder that holds
 * ravdess/) they show actors' voices, else the synthetic ones of data/voices and data/demo.
 *
 *     npm run screenshots
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { loadAudio } from '../src/data/audio/load.ts';
import { encodeWav } from '../src/data/audio/pcm/wav.ts';
import { createServer } from '../src/serve/http/server.ts';
import { buildPage } from '../src/serve/page/build.ts';

const WIDE = { viewport: { width: 1160, height: 800 } } as const;
const TABLET = { viewport: { width: 768, height: 1024 } } as const;
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true } as const;

const clips = findClips();
const server = await createServer({ port: 0, log: 'silent' }, { page: await buildPage() });
const url = await server.listen();
const executablePath = [process.env.CHROMIUM_PATH, '/usr/bin/chromium'].find((path) => path && existsSync(path));
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });

const one = (page: Page) => page.setInputFiles('#files', clips[1]);
const many = async (page: Page): Promise<void> => {
  await page.setInputFiles('#files', clips);
  await page.locator('#list').getByText(`${clips.length} of ${clips.length} recordings`).waitFor();
};
await shoot('page', WIDE, one);
await shoot('page-dark', { ...WIDE, colorScheme: 'dark' }, async (page) => {
  await page.setInputFiles('#files', await longClip());
});
await shoot('page-tablet', TABLET, one);
await shoot('page-phone', PHONE, (page) => page.setInputFiles('#files', clips[0]));
await shoot('page-table', WIDE, async (page) => {
  await many(page);
  await page.getByRole('button', { name: clips[2].split('/').at(-1) }).click();
});
await shoot('page-phone-table', PHONE, many);
await browser.close();
await server.close();

/** Loads the page, does something with it, waits for a clip's pictures, and takes one: on a phone of what is seen, else of all down to the results. */
async function shoot(
  name: string,
  options: BrowserContextOptions,
  act: (page: Page) => Promise<unknown>,
): Promise<void> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(240_000);
  await page.goto(url);
  await page.getByText('nothing is uploaded').waitFor();
  await act(page);
  if (await page.locator('#clip').isVisible()) {
    await page.locator('.mel canvas').waitFor();
    await page.waitForFunction(() => document.querySelector('audio')!.readyState > 0);
    await page.evaluate(() => (document.querySelector('audio')!.currentTime = 1));
  }
  await page.waitForTimeout(300);
  const path = `docs/figures/${name}.png`;
  const height = await page.evaluate(
    () => document.querySelector('#results')!.getBoundingClientRect().bottom + scrollY,
  );
  const whole = { fullPage: true, clip: { x: 0, y: 0, width: options.viewport!.width, height: height + 20 } };
  await page.screenshot({ path, ...(options.isMobile ? {} : whole) });
  await context.close();
  console.log(path);
}

function findClips(): string[] {
  const corpora = process.env.SER_CORPORA;
  if (!corpora) return ['data/voices/woman.flac', 'data/voices/man.flac', 'data/demo/female-excited.wav'];
  const folder = join(corpora, 'ravdess');
  // Strong speech of women and men in turn, of test clips of the protocol "reference": the models have not heard them (but these
  // speakers): happy, angry, calm, sad, fearful, surprised.
  const wanted = [
    '03-02-01-02-16',
    '05-02-01-01-15',
    '02-02-01-02-24',
    '04-02-01-02-17',
    '06-02-01-01-16',
    '08-02-01-01-21',
  ];
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return wanted.map((id) =>
    join(
      folder,
      files.find((file) => file.includes(`03-01-${id}`))!,
    ),
  );
}

/** The clips one after the other. */
async function longClip() {
  const signals = await Promise.all(clips.map((clip) => loadAudio(clip)));
  const times = Math.ceil((14 * 16_000) / signals.reduce((sum, { length }) => sum + length, 0));
  const parts = Array.from({ length: times }, () => signals).flat();
  const whole = Float32Array.from(parts.flatMap((part) => Array.from(part)));
  return { name: 'conversation.wav', mimeType: 'audio/wav', buffer: Buffer.from(encodeWav(whole, 16_000)) };
}

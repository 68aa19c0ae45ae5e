import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  allDone,
  asFile,
  chooseOption,
  demoPath,
  describePage,
  longRecording,
  type PageServer,
  axeFindings,
  startPageServer,
} from './pageServer.ts';

const TOKEN = 'open-sesame';

/** A page that shows all that it can: table, a clip with warnings and a timeline, a card. */
async function fill(page: Page): Promise<void> {
  await chooseOption(page, 'On the server');
  await page.setInputFiles('#files', [
    asFile('long.wav', await longRecording(12)),
    asFile('female.wav', readFileSync(demoPath('female'))),
    asFile('no-audio.wav', Buffer.from('this is no audio')),
  ]);
  await allDone(page, 3);
  await page.getByRole('button', { name: 'long.wav' }).click();
  await page.locator('.mel canvas').waitFor();
  await page.getByText('Gender model: model card').click();
  await page.getByText('Timeline as a table').click();
}

const isWiderThanScreen = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

describePage('the page is for everybody', () => {
  let server: PageServer;
  beforeAll(async () => {
    server = await startPageServer();
  });
  afterAll(() => server?.close());

  it.each([
    { colorScheme: 'light', width: 1160 },
    { colorScheme: 'dark', width: 768 },
    { colorScheme: 'light', width: 390 },
    { colorScheme: 'dark', width: 320 },
  ] as const)(
    '$colorScheme, $width px wide: no finding of axe-core, nothing wider than the screen, nothing that moves by itself',
    async ({ colorScheme, width }) => {
      const { page, troubles, close } = await server.open({
        colorScheme,
        viewport: { width, height: 740 },
        reducedMotion: 'reduce',
      });
      expect(await axeFindings(page)).toEqual([]);
      await fill(page);
      expect(await axeFindings(page)).toEqual([]);
      expect(await isWiderThanScreen(page)).toBe(false);
      const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const brightness = Math.max(...ground.match(/\d+/g)!.map(Number));
      if (colorScheme === 'dark') expect(brightness).toBeLessThan(64);
      else expect(brightness).toBeGreaterThan(192);
      expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
      expect(troubles).toEqual([]);
      await close();
    },
  );

  it('by the keyboard alone: settings, files, a table sorted, a clip opened, and where the focus is can be seen', async () => {
    const { page, close } = await server.open();
    // Listened for from the beginning: Chromium takes a moment to hand its file dialog over.
    const chooser = page.waitForEvent('filechooser');
    const focused = () =>
      page.evaluate(() => {
        const element = document.activeElement as HTMLInputElement;
        return `${element.name || element.id || element.textContent} ${element.value ?? ''}`.trim();
      });
    const tabTo = async (wanted: string): Promise<void> => {
      for (let i = 0; i < 40 && (await focused()) !== wanted; i++) await page.keyboard.press('Tab');
      expect(await focused()).toBe(wanted);
    };
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the results');
    await tabTo('More options');
    await page.keyboard.press('Enter');
    await tabTo('place device');
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('place server');
    await page.getByText(/sent to the server/).waitFor();
    const outline = await page.evaluate(() => {
      return getComputedStyle(document.activeElement!).outlineStyle;
    });
    expect(outline).toBe('solid');

    await tabToBack(page, 'choose', focused);
    await page.keyboard.press('Enter');
    await (await chooser).setFiles([demoPath('male'), demoPath('female')]);
    await allDone(page, 2);
    expect(await focused()).toBe('list-title');
    await tabTo('Recording');
    await page.keyboard.press('Enter');
    expect(await page.getByRole('columnheader', { name: 'Recording' }).getAttribute('aria-sort')).toBe('ascending');
    expect(await focused()).toBe('Recording');
    await tabTo('female.wav');
    await page.keyboard.press('Enter');
    expect(await focused()).toBe('clip-title');
    await page.getByRole('slider', { name: 'Position in the recording' }).waitFor();
    await close();
  });

  it('asks for the token of a server that has one, and then works', async () => {
    const guarded = await startPageServer({ token: TOKEN });
    const { page, close } = await guarded.open();
    await page.getByLabel('This server requires a token').fill('wrong');
    await page.getByRole('button', { name: 'Use it' }).click();
    await page.getByLabel('This server requires a token').fill(TOKEN);
    await page.getByRole('button', { name: 'Use it' }).click();
    await page.getByText('Gender model: model card').waitFor();
    await chooseOption(page, 'On the server');
    await page.setInputFiles('#files', demoPath('male'));
    await page.getByText(/analysed on the server/).waitFor();
    await close();
    await guarded.close();
  });
});

async function tabToBack(page: Page, wanted: string, focused: () => Promise<string>): Promise<void> {
  for (let i = 0; i < 20 && (await focused()) !== wanted; i++) await page.keyboard.press('Shift+Tab');
  expect(await focused()).toBe(wanted);
}

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeWav } from '../../../src/data/audio/pcm/wav.ts';
import type { ClipResult } from '../../../src/serve/predict/clipResult.ts';
import { duration, segmentWords } from '../../../src/serve/page/words.ts';
import type { Segment, Utterances } from '../../../src/serve/timeline/segment.ts';
import { conversation } from '../voice.ts';
import { asFile, askServer, axeFindings, describePage, deviceReady, downloaded, type Opened, type PageServer, startPageServer } from './pageServer.ts'; // prettier-ignore

const WIDTHS = [390, 1160];

const moment = (page: Page): Promise<number> => page.evaluate(() => document.querySelector('audio')!.currentTime);
const focused = (page: Page) => page.evaluate(() => document.activeElement!.getAttribute('aria-label'));

/** As an utterance is labelled. */
const spanOf = ({ start, end }: Segment): string => `, ${duration(start)} to ${duration(end)}`;

describePage('a conversation of twenty seconds', () => {
  let server: PageServer;
  let wav: Buffer;
  let expected: Utterances;
  /** A page at each width, with the conversation analysed on the device. */
  const opened: Opened[] = [];
  beforeAll(async () => {
    server = await startPageServer();
    wav = Buffer.from(encodeWav(await conversation(3), 16_000));
    for (const width of WIDTHS) {
      const one = await server.open({ viewport: { width, height: 844 } });
      opened.push(one);
      await deviceReady(one.page);
      await one.page.setInputFiles('#files', asFile('talk.wav', wav));
      await one.page.locator('.mel canvas').waitFor();
      await one.page.waitForFunction(() => document.querySelector('audio')!.readyState > 0);
    }
    expected = (await askServer(server.url, wav, 'timeline=utterances')).utterances!;
  });
  afterAll(() => server?.close());

  it.each(WIDTHS)(
    'at %i px: is answered by how much of it is what, not by one headline, as the server does',
    async (width) => {
      const { page, troubles, uploads } = opened[WIDTHS.indexOf(width)];
      const { results } = JSON.parse(await downloaded(page, 'Save as JSON')) as { results: ClipResult[] };
      const { segments, ...shares } = results[0].utterances!;
      expect(shares).toEqual({ speech: expected.speech, emotions: expected.emotions, notSure: expected.notSure });
      expect(segments.map(({ gender }) => gender)).toEqual(['female', 'male', 'female', 'male', 'female', 'male']);
      expect(segments.map(({ start, headline }) => [start, headline])).toEqual(expected.segments.map(({ start, headline }) => [start, headline])); // prettier-ignore

      const view = page.getByRole('article', { name: 'talk.wav' });
      expect(await view.locator('.big').innerText()).toBe(`${duration(shares.speech)} of speech`);
      const [voices] = await view.getByText(/^Voices: /).allInnerTexts();
      expect(voices).toMatch(/^Voices: [\d.]+ s female, [\d.]+ s male\.$|^Voices: [\d.]+ s male, [\d.]+ s female\.$/);
      const rows = await view.getByRole('list', { name: 'Share of the speech' }).getByRole('listitem').allInnerTexts();
      const named = Object.entries(shares.emotions).filter(([, seconds]) => seconds > 0);
      const said = [...named, ...(shares.notSure > 0 ? [['not sure', shares.notSure] as const] : [])];
      expect(rows.map((row) => row.toLowerCase().replace(/\s+/g, ' '))).toEqual(said.map(([name, seconds]) => `${name} ${duration(seconds)}`)); // prettier-ignore
      expect(await view.getByRole('table', { name: 'Probability of each emotion' }).count()).toBe(0);
      expect(await view.getByRole('list', { name: 'Colours' }).getByRole('listitem').count()).toBe(said.length);
      expect(await view.getByRole('list', { name: 'Utterances' }).getByRole('button').count()).toBe(segments.length);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      expect(await axeFindings(page)).toEqual([]);
      expect([uploads, troubles]).toEqual([[], []]);
    },
  );

  it('the arrow keys go from utterance to utterance, Enter plays one alone, and a screen reader hears where it is', async () => {
    const [{ page }] = opened;
    const { segments } = expected;
    const said = page.locator('.sound [role=status]');
    const strip = page.getByRole('list', { name: 'Utterances' });
    await strip.getByRole('button').first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await moment(page)).toBeCloseTo(segments[2].start, 2);
    expect(await focused(page)).toContain(spanOf(segments[2]));
    expect(await said.textContent()).toBe(`Utterance 3 of 6, ${duration(segments[2].start)}: ${segmentWords(segments[2])}`); // prettier-ignore
    expect(await page.locator('.now').innerText()).toContain(segmentWords(segments[2]));
    await page.keyboard.press('ArrowLeft');
    expect(await moment(page)).toBeCloseTo(segments[1].start, 2);
    await page.keyboard.press('End');
    expect(await focused(page)).toContain(spanOf(segments[5]));
    expect(await strip.locator('[tabindex="0"]').count()).toBe(1);
    await page.keyboard.press('Home');

    const before = await said.textContent();
    const audio = page.locator('audio');
    await audio.evaluate((one: HTMLAudioElement) => {
      one.muted = true;
      one.playbackRate = 2;
    });
    await page.keyboard.press('Enter');
    await page.waitForFunction((from) => document.querySelector('audio')!.currentTime > from, segments[0].end - 0.5);
    await page.waitForFunction(() => document.querySelector('audio')!.paused);
    expect(await moment(page)).toBeCloseTo(segments[0].start, 2);
    expect(await said.textContent()).toBe(before);

    await page.getByRole('button', { name: 'Next' }).click();
    expect(await moment(page)).toBeCloseTo(segments[1].start, 2);
    expect(await said.textContent()).toContain('Utterance 2 of 6');
    await page.locator('.plot.wave').click({ position: { x: 1, y: 20 } });
    expect(await moment(page)).toBeLessThan(0.3);
  });

  it('zooms by buttons and keys, and what is gone to stays in sight', async () => {
    const [{ page }] = opened;
    const strip = page.getByRole('list', { name: 'Utterances' });
    const width = async () => (await strip.boundingBox())!.width;
    /** Whether an utterance lies within what scrolls. */
    const isInSight = async (i: number): Promise<boolean> => {
      const [mark, view] = await Promise.all([strip.getByRole('button').nth(i), page.locator('.zoomed')].map((one) => one.boundingBox())); // prettier-ignore
      return mark!.x >= view!.x && mark!.x < view!.x + view!.width;
    };
    const whole = await width();
    await strip.locator('[tabindex="0"]').focus();
    await page.keyboard.press('+');
    await page.getByRole('button', { name: 'Zoom in' }).click();
    expect((await width()) / whole).toBeGreaterThan(3);
    await strip.locator('[tabindex="0"]').focus();
    await page.keyboard.press('Home');
    expect([await isInSight(0), await isInSight(5)]).toEqual([true, false]);
    await page.keyboard.press('End');
    expect([await isInSight(0), await isInSight(5)]).toEqual([false, true]);
    await page.keyboard.press('-');
    expect(await isInSight(5)).toBe(true);
    const less = page.getByRole('button', { name: 'Zoom out' });
    await less.click();
    expect(await width()).toBeCloseTo(whole, 0);
    expect(await less.getAttribute('aria-disabled')).toBe('true');
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  });
});

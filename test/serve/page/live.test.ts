import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadAudio } from '../../../src/data/audio/load.ts';
import { resample } from '../../../src/features/resample/resample.ts';
import { describePage, deviceReady, type PageServer, axeFindings, startHearingServer } from './pageServer.ts';

describePage('listening live', () => {
  let server: PageServer;
  beforeAll(async () => {
    // A woman, and a second of silence.
    const woman = resample(await loadAudio('data/voices/woman.flac'), 16_000, 48_000);
    const signal = new Float32Array(woman.length + 48_000);
    signal.set(woman);
    server = await startHearingServer(signal);
  });
  afterAll(() => server?.close());

  it('says what is heard while it is heard, pauses, resumes, and sums up, all on this device', async () => {
    const { page, troubles, uploads } = await server.open({ permissions: ['microphone'] });
    await deviceReady(page);
    await page.getByRole('button', { name: 'Listen live' }).click();
    const panel = page.getByRole('group', { name: 'Live' });
    const utterances = panel.getByRole('log', { name: 'Utterances' }).locator('p');
    await utterances.nth(1).waitFor();
    // The first may have begun before the page listened.
    expect(await utterances.nth(1).textContent()).toContain('emale: ');
    expect(await axeFindings(page)).toEqual([]);

    const heard = () => panel.evaluate((one) => Number(one.dataset.heard));
    await panel.getByRole('button', { name: 'Pause' }).click();
    await page.waitForTimeout(500); // what was on its way
    const atPause = await heard();
    await page.waitForTimeout(1000);
    expect(await heard()).toBe(atPause);
    await panel.getByRole('button', { name: 'Resume' }).click();
    await page.waitForFunction(
      (before) => Number(document.getElementById('live')!.dataset.heard) > before + 2,
      atPause,
    );

    await panel.getByRole('button', { name: 'Stop listening' }).click();
    const close = panel.getByRole('button', { name: 'Close' });
    await close.waitFor();
    expect(
      await panel.getByRole('list', { name: 'Share of the speech' }).getByRole('listitem').count(),
    ).toBeGreaterThan(0);
    expect(await panel.evaluate((one) => one.dataset.lost)).toBe('0');
    await close.click();
    expect(await panel.isVisible()).toBe(false);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Listen live');
    expect(uploads).toEqual([]);
    expect(troubles).toEqual([]);
  });
});

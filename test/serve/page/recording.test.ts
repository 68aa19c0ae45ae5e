import { afterAll, beforeAll, expect, it } from 'vitest';
import { describePage, deviceReady, type PageServer, axeFindings, startHearingServer } from './pageServer.ts';

const HZ = 1000;
const LEVEL = 0.25;

describePage('recording', () => {
  let server: PageServer;
  beforeAll(async () => {
    server = await startHearingServer(
      Float32Array.from({ length: 48_000 * 4 }, (_, i) => LEVEL * Math.sin((2 * Math.PI * HZ * i) / 48_000)),
    );
  });
  afterAll(() => server?.close());

  it('shows level and features before and while it records, and analyses on this device what was recorded', async () => {
    const { page, troubles, uploads } = await server.open({ permissions: ['microphone'] });
    await deviceReady(page);
    await page.getByRole('button', { name: 'Record yourself' }).click();
    const panel = page.getByRole('group', { name: 'Recording' });
    await panel.waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    expect(await focused()).toBe('Start recording');

    // A sine of that level has an RMS of 20 log10(.25 / √2) = −15 dB, and its centroid where it is.
    const meter = panel.getByRole('meter', { name: 'Level' });
    await page.waitForFunction(
      ([low, high]) => {
        const value = Number(document.querySelector('.level')?.getAttribute('aria-valuenow') ?? NaN);
        const hz = Number(document.querySelector('.figure')?.textContent?.replace(/[^\d]/g, '') || NaN);
        return value >= -17 && value <= -13 && hz > low && hz < high;
      },
      [0.8 * HZ, 1.6 * HZ] as const,
    );
    expect(await meter.getAttribute('aria-valuetext')).toMatch(/dB$/);
    await panel.getByText('not recording yet').waitFor();
    await panel.getByText('dB of full scale: good').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.waitForTimeout(1000); // not to be in the recording
    const begun = performance.now();
    await page.keyboard.press('Enter');
    expect(await focused()).toBe('Stop and analyse');
    expect(await axeFindings(page)).toEqual([]);
    await page.waitForFunction(() => parseFloat(document.querySelector('.recorder-time')!.textContent!) > 1.5);
    await panel.getByRole('button', { name: 'Stop and analyse' }).click();
    const recordedSeconds = (performance.now() - begun) / 1000;

    const view = page.getByRole('article', { name: /^recording .*\.wav$/ });
    await view.locator('.mel canvas').waitFor();
    const length = await page.evaluate(() => document.querySelector('audio')!.duration);
    expect(length).toBeGreaterThan(1.4);
    expect(length).toBeLessThan(recordedSeconds + 0.5);
    expect(await panel.isVisible()).toBe(false);
    expect(await view.getByText('analysed on this device').count()).toBe(1);
    const peak = await view.getByRole('img', { name: /^Waveform/ }).getAttribute('aria-label');
    // Begun in the middle of the tone, which overshoots a little where it sets in.
    expect(Math.abs(parseFloat(/peak is (-?[\d.]+) dB/.exec(peak!)![1]) - 20 * Math.log10(LEVEL))).toBeLessThan(1);
    expect(uploads).toEqual([]);
    expect(troubles).toEqual([]);
  });

  it('a recording that is discarded, or not begun, leaves nothing', async () => {
    const { page } = await server.open({ permissions: ['microphone'] });
    for (const begin of [true, false]) {
      await page.getByRole('button', { name: 'Record yourself' }).click();
      if (begin) await page.getByRole('button', { name: 'Start recording' }).click();
      await page.getByRole('button', { name: begin ? 'Discard' : 'Cancel' }).click();
    }
    await page.getByRole('button', { name: 'Record yourself' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Record yourself');
    expect(await page.getByRole('article').count()).toBe(0);
  });
});

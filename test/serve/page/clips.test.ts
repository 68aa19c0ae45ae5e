import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClipResult } from '../../../src/serve/predict/clipResult.ts';
import { formatOutcomes } from '../../../src/serve/predict/text/predictionFormats.ts';
import { parseCsv } from '../../../src/files/csv.ts';
import { percent, segmentWords } from '../../../src/serve/page/words.ts';
import { LABELS } from '../shipped.ts';
import { answerOf } from '../../../src/serve/page/clips/answer.ts';
import {
  allDone,
  asFile,
  askServer,
  chooseOption,
  demoPath,
  describePage,
  downloaded,
  downloadedJson,
  longRecording,
  type Opened,
  type PageServer,
  startPageServer,
} from './pageServer.ts';

describePage('recordings on the page', () => {
  let server: PageServer;
  let opened: Opened;
  beforeAll(async () => {
    server = await startPageServer();
    opened = await server.open();
    // The server answers here: what this device computes has its own tests.
    await chooseOption(opened.page, 'On the server');
  });
  afterAll(() => server?.close());

  it('one recording: emotion and voice in words, a probability of every emotion as text, player, waveform, spectrogram with axes', async () => {
    const { page } = opened;
    await page.setInputFiles('#files', demoPath('female'));
    const view = page.getByRole('article', { name: 'female.wav' });
    await view.locator('.mel canvas').waitFor();
    const expected = await askServer(server.url, readFileSync(demoPath('female')));

    const { headline, lines, voice } = answerOf(expected);
    const said = [headline, ...lines, `${voice!.words}, ${voice!.detail}`];
    expect(await view.locator('.verdict p').allTextContents()).toEqual(said);
    const rows = await view
      .getByRole('table', { name: 'Probability of each emotion' })
      .locator('tbody tr')
      .allInnerTexts();
    expect(rows.map((row) => row.toLowerCase().replace(/\s+/g, ' ').trim())).toEqual(
      LABELS.map((emotion) => `${emotion} ${percent(expected.probabilities[emotion])}`),
    );
    expect(await view.getByRole('img', { name: /^Waveform/ }).count()).toBe(1);
    expect(await view.getByRole('img', { name: /^Mel spectrogram/ }).count()).toBe(1);
    expect(await view.locator('.axis span').allTextContents()).toEqual([
      '0',
      '500',
      '1,000',
      '2,000',
      '4,000',
      '8,000',
    ]);
    expect(await view.locator('.time-axis span').allTextContents()).toEqual(['0', '0.5', '1', '1.5 s']);
    await page.waitForFunction(() => document.querySelector('audio')!.duration > 1.6);
    expect(await view.getByRole('list', { name: 'Utterances' }).count()).toBe(0);
    for (const words of said) expect(await page.locator('#status').textContent()).toContain(words);
  });

  it('the shipped models are not speaker-adapted: nobody is asked whose the recordings are', async () => {
    expect(await opened.page.getByText('These recordings are of one speaker').isVisible()).toBe(false);
  });

  it('the spectrogram is bright where the sound is: a tone of 2,000 Hz beginning in the middle', async () => {
    const { page } = opened;
    const tone = Float32Array.from({ length: 32_000 }, (_, i) =>
      i < 16_000 ? 0 : 0.3 * Math.sin((2 * Math.PI * 2000 * i) / 16_000),
    );
    const { encodeWav } = await import('../../../src/data/audio/pcm/wav.ts');
    await page.setInputFiles('#files', asFile('tone.wav', Buffer.from(encodeWav(tone, 16_000))));
    await allDone(page, 2);
    await page.getByRole('button', { name: 'tone.wav' }).click();
    await page.getByRole('img', { name: /^Mel spectrogram of 2.0 seconds/ }).waitFor();
    const { place, before, after } = await page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('.mel canvas')!;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      const brightness = (x: number, y: number): number => data[4 * (y * canvas.width + x)];
      const at = (share: number): number => Math.floor(share * canvas.width);
      const column = Array.from({ length: canvas.height }, (_, y) => brightness(at(0.75), y));
      const brightest = column.indexOf(Math.max(...column));
      return {
        place: 1 - (brightest + 0.5) / canvas.height,
        before: brightness(at(0.25), brightest),
        after: brightness(at(0.75), brightest),
      };
    });
    const { heightOf } = await import('../../../src/serve/page/sound/frequencyAxis.ts');
    expect(place).toBeCloseTo(heightOf(2000), 1);
    expect(before).toBe(0);
    expect(after).toBeGreaterThan(200);
    await page.getByRole('button', { name: 'Clear' }).click();
  });

  it('many, a bad one among them: a sortable table, CSV as of the command, JSON, and a view for each', async () => {
    const { page } = opened;
    const files = [
      ...['male', 'female', 'female-excited'].map((name) => asFile(`${name}.wav`, readFileSync(demoPath(name)))),
      asFile('notes, old.wav', Buffer.from('this is no audio')),
    ];
    await page.setInputFiles('#files', files);
    await allDone(page, 4);
    expect(
      await page.locator('#list').getByText('3 of 4 recordings analysed, 1 could not be: notes, old.wav.').count(),
    ).toBe(1);
    const names = () => page.locator('tbody th[scope=row] button').allTextContents();
    expect(await names()).toEqual(files.map(({ name }) => name));

    const header = page.getByRole('columnheader', { name: 'Seconds' });
    await header.getByRole('button').click();
    expect(await header.getAttribute('aria-sort')).toBe('ascending');
    expect(await names()).toEqual(['female-excited.wav', 'male.wav', 'female.wav', 'notes, old.wav']);
    await header.getByRole('button').click();
    expect(await header.getAttribute('aria-sort')).toBe('descending');
    expect(await names()).toEqual(['male.wav', 'female.wav', 'female-excited.wav', 'notes, old.wav']);

    const answers = await downloadedJson(page);
    expect(answers.map(({ file }) => file)).toEqual(files.map(({ name }) => name));
    expect(answers[3]).toMatchObject({ error: { code: 'audio' } });
    const csv = await downloaded(page, 'Download CSV');
    const outcomes = answers.map((answer) =>
      'error' in answer ? { file: answer.file, error: answer.error.message } : (answer as ClipResult),
    );
    expect(csv).toBe(formatOutcomes(outcomes, 'csv'));
    expect(parseCsv(csv)[4][0]).toBe('notes, old.wav');

    await page.getByRole('button', { name: 'female-excited.wav' }).click();
    await page.getByRole('article', { name: 'female-excited.wav' }).locator('.verdict').waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('female-excited.wav');
    await page.getByRole('button', { name: 'notes, old.wav' }).click();
    await page
      .getByRole('article', { name: 'notes, old.wav' })
      .getByText(/not an audio file/)
      .waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    expect(await page.getByRole('article').count()).toBe(0);
  });

  it('a long one: a timeline that seeks and follows the player', async () => {
    const { page } = opened;
    await page.setInputFiles('#files', asFile('long.wav', await longRecording(12)));
    const timeline = page.getByRole('list', { name: 'Utterances' });
    await timeline.waitFor();
    const { utterances } = await askServer(server.url, await longRecording(12), 'timeline=utterances');
    const { segments } = utterances!;
    await page.getByText('Timeline as a table').click();
    expect(await page.getByRole('region', { name: 'Timeline as a table' }).locator('tbody tr').count()).toBe(
      segments.length,
    );

    await page.waitForFunction(() => document.querySelector('audio')!.readyState > 0);
    const current = () => page.evaluate(() => document.querySelector('audio')!.currentTime);
    const slider = page.getByRole('slider', { name: 'Position in the recording' });
    await slider.focus();
    await page.keyboard.press('End');
    expect(await current()).toBeCloseTo(12, 0);
    await page.keyboard.press('Home');
    for (let i = 0; i < 15; i++) await page.keyboard.press('ArrowRight');
    expect(await current()).toBeCloseTo(1.5, 1);
    const at = segments.find(({ start, end }) => start < 1.5 && end > 1.5)!;
    expect(await slider.getAttribute('aria-valuetext')).toBe(`1.5 of 12.0 seconds: ${segmentWords(at)}`);

    await page.locator('.plot.mel').click({ position: { x: 1, y: 20 } });
    expect(await current()).toBeLessThan(0.2);
    await page.evaluate(() => {
      const audio = document.querySelector('audio')!;
      audio.muted = true;
      return audio.play();
    });
    await page.waitForFunction(() => Number(document.querySelector<HTMLInputElement>('.seek')!.value) > 0.5);
    await page.evaluate(() => document.querySelector('audio')!.pause());

    await timeline.getByRole('button').last().click();
    expect(await current()).toBeCloseTo(segments.at(-1)!.start, 2);
  });

  it('the page says what it is not for, and shows the model cards', async () => {
    const { page } = opened;
    await page.getByText('Not for clinical use, not for hiring, not for surveillance').waitFor();
    await page.getByText('Gender model: model card').click();
    await page.getByRole('heading', { name: 'Corpora outside the training data' }).waitFor();
    const link = page.getByRole('link', { name: 'This card as a file' }).last();
    expect((await fetch(new URL((await link.getAttribute('href'))!, server.url))).status).toBe(200);
  });

  it('nothing was printed and nothing went wrong', () => {
    expect(opened.troubles).toEqual([]);
  });
});

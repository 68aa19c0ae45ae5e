import { chromium, type Browser, type Page } from 'playwright-core';
import type { CommandModule } from 'yargs';
import { CHROMIUM, CHROMIUM_ARGS } from '../test/browser.ts';
import { record, spread } from './record.ts';
import { fourSecondClip, startServer } from './serve.ts';

interface Arguments {
  rounds: number;
  warm: number;
}

/** Milliseconds to the answer for a clip of 4 s. */
const TARGET = { cold: 3000, warm: 300 };

export const page: CommandModule<object, Arguments> = {
  command: 'page',
  describe: 'the web page: the first answer after a cold start, and later ones; needs Chromium',
  builder: (args) =>
    args
      .option('rounds', {
        type: 'number',
        default: 5,
        describe: 'cold starts: a new server and a browser without cache',
      })
      .option('warm', { type: 'number', default: 10, describe: 'further clips in each' }),
  handler: async ({ rounds, warm }) => {
    const buffer = await fourSecondClip();
    const cold: number[] = [];
    const later: number[] = [];
    const seen: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const server = await startServer();
      const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
      try {
        const { page, first } = await coldStart(browser, server.url, buffer);
        cold.push(first);
        for (let i = 0; i < warm; i++) {
          const { answer, progress } = await timed(page, `${i}.wav`, buffer);
          later.push(answer);
          seen.push(progress);
        }
        console.error(
          `round ${round + 1}: ${first.toFixed(0)} ms, then ${spread(later.slice(-warm)).median.toFixed(0)} ms`,
        );
      } finally {
        await browser.close();
        await server.stop();
      }
    }
    const kept = (values: number[], target: number): string => {
      const { median } = spread(values);
      if (median > target) process.exitCode = 1;
      return `median ${median.toFixed(0)} ms, target ${target}: ${median > target ? 'missed' : 'kept'}`;
    };
    record('page', {
      title: 'The web page, a clip of 4 s, on this device',
      unit: 'ms',
      measurements: [
        { what: 'first answer, from the request for the page', values: cold },
        { what: 'a later answer, from the choice of the file', values: later },
        { what: 'until progress is shown, from the choice of the file', values: seen },
      ],
      notes: [
        'A WAV of 4 s at 48 kHz, chosen as soon as the page takes it; server and Chromium, without a screen, share the machine.',
        `Cold: the server has just begun to listen, the browser has no cache (${kept(cold, TARGET.cold)}).`,
        `Warm: the same page, models in memory (${kept(later, TARGET.warm)}).`,
      ],
    });
  },
};

/** Milliseconds from the request for the page to its first answer, whose clip is chosen as soon as that is possible. */
async function coldStart(browser: Browser, url: string, buffer: Buffer): Promise<{ page: Page; first: number }> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(url);
  const { at } = await timed(page, 'first.wav', buffer);
  return { page, first: at };
}

interface Times {
  /** Milliseconds from the choice of the file to its answer, and to a progress bar. */
  answer: number;
  progress: number;
  /** Milliseconds from the request for the page to the answer. */
  at: number;
}

/** Measured within the page: the protocol that drives the browser takes time too. */
async function timed(page: Page, name: string, buffer: Buffer): Promise<Times> {
  await page.evaluate(watch);
  await page.setInputFiles('#files', { name, mimeType: 'audio/wav', buffer });
  const done = await page.waitForFunction(() => (window as { times?: Times }).times?.answer && (window as { times?: Times }).times); // prettier-ignore
  return (await done.jsonValue()) as Times;
}

/** Runs in the page; without inner functions that have a name, which tsx would wrap in a helper of its own. */
function watch(): void {
  const clip = document.querySelector('#clip')!;
  const times: Partial<Times> = ((window as { times?: Partial<Times> }).times = {});
  document.querySelector('#files')!.addEventListener(
    'change',
    () => {
      const start = performance.now();
      const observer = new MutationObserver(() => {
        const busy = clip.getAttribute('aria-busy');
        if (busy === 'true') times.progress ??= performance.now() - start;
        if (busy !== 'false' || times.progress === undefined) return;
        observer.disconnect();
        requestAnimationFrame(() => {
          times.at = performance.now();
          times.answer = times.at - start;
        });
      });
      observer.observe(clip, { attributes: true, childList: true });
    },
    { capture: true, once: true },
  );
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { vi } from 'vitest';
import { encodeWav } from '../../../src/data/audio/pcm/wav.ts';
import { createServer, type Server } from '../../../src/serve/http/server.ts';
import { buildPage } from '../../../src/serve/page/build.ts';
import { CHROMIUM, CHROMIUM_ARGS, describePage } from '../../browser.ts';
import type { ClipAnswer, ClipResult } from '../../../src/serve/predict/clipResult.ts';
import { voice } from '../voice.ts';

/** Milliseconds that a busy machine may take for what an idle one does in one or two seconds. */
export const PATIENCE = 180_000;

vi.setConfig({ testTimeout: PATIENCE, hookTimeout: PATIENCE });

export { describePage };

/** The page on its real server, and a browser to look at it with. */
export interface PageServer {
  url: string;
  /** A page in a context of its own, with nothing in it yet. What it prints, or what goes wrong, is in `troubles`. */
  open(options?: BrowserContextOptions & { before?: (page: Page) => Promise<unknown> }): Promise<Opened>;
  close(): Promise<void>;
}

export interface Opened {
  page: Page;
  troubles: string[];
  /** Paths of the requests that sent something. */
  uploads: string[];
  close(): Promise<void>;
}

/** The same with a microphone that hears this sound over and over. @param signal  mono, 48 kHz */
export async function startHearingServer(signal: Float32Array): Promise<PageServer> {
  const folder = mkdtempSync(join(tmpdir(), 'ser-microphone-'));
  const path = join(folder, 'heard.wav');
  writeFileSync(path, encodeWav(signal, 48_000));
  const args = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', `--use-file-for-fake-audio-capture=${path}`]; // prettier-ignore
  const server = await startPageServer({ args });
  return {
    ...server,
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** @param args  further arguments of Chromium @param token  that the server asks for @param models  their folder, if not the shipped ones */
export async function startPageServer({
  args = [],
  token,
  models,
}: { args?: string[]; token?: string; models?: string } = {}): Promise<PageServer> {
  const options = { port: 0, workers: 1, log: 'silent', token } as const;
  const server: Server = await createServer(options, { page: await buildPage(), models });
  const url = await server.listen();
  const browser: Browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_ARGS, ...args] });
  return {
    url,
    open: async ({ before, ...options } = {}) => {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE);
      const troubles: string[] = [];
      const uploads: string[] = [];
      page.on('pageerror', (error) => troubles.push(error.message));
      page.on('console', (message) => {
        // Chromium prints every answer of 422 itself: the server's, to a request whose every file was no audio.
        if (!message.text().includes('status of 422')) troubles.push(message.text());
      });
      page.on('request', (request) => {
        if (request.method() !== 'GET') uploads.push(new URL(request.url()).pathname);
      });
      await before?.(page);
      await page.goto(url);
      return { page, troubles, uploads, close: () => context.close() };
    },
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

export const demoPath = (name: string): string => new URL(`../../../data/demo/${name}.wav`, import.meta.url).pathname;

/** The demo clips one after the other until they are so long: a recording with a timeline. */
export async function longRecording(seconds: number): Promise<Buffer> {
  return Buffer.from(encodeWav(await voice(16_000 * seconds), 16_000));
}

/** A file for `setInputFiles`. */
export const asFile = (name: string, buffer: Buffer) => ({ name, mimeType: 'audio/wav', buffer });

/** Waits until the page has said that this device is ready. */
export async function deviceReady(page: Page): Promise<void> {
  await page.getByText('Your recording stays on this device: nothing is uploaded.').waitFor();
}

/** What the page gives as JSON of the clips in its table. */
export async function downloadedJson(page: Page): Promise<ClipAnswer[]> {
  return (JSON.parse(await downloaded(page, 'Download JSON')) as { results: ClipAnswer[] }).results;
}

export async function downloaded(page: Page, name: string): Promise<string> {
  return (await downloadedFile(page, name)).toString('utf8');
}

/** The file that a button offers. */
export async function downloadedFile(page: Page, name: string): Promise<Buffer> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
  return readFileSync(await file.path());
}

/** Waits until every clip of the table is analysed. */
export async function allDone(page: Page, count: number): Promise<void> {
  await page.locator('#list').getByText(`of ${count} recordings analysed`).waitFor();
  await page.locator('#list .progress').waitFor({ state: 'hidden' });
}

/** Asks the server itself. */
export async function askServer(url: string, bytes: Uint8Array, query = ''): Promise<ClipResult> {
  const body = new FormData();
  body.append('file', new Blob([bytes as BlobPart]), 'clip');
  const response = await fetch(`${url}/api/v1/predict?${query}`, { method: 'POST', body });
  const { results } = (await response.json()) as { results: ClipResult[] };
  return results[0];
}

/** Chooses one of "More options". */
export async function chooseOption(page: Page, label: string): Promise<void> {
  const options = page.locator('#options');
  if ((await options.getAttribute('open')) === null) await options.locator('summary').click();
  await options.getByLabel(label).check();
}

/** What axe-core finds, in its words and with the elements. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source); // by the debugger: the page's policy allows no inline script
  const { violations } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

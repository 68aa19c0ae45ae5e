import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadAudio } from '../../../src/data/audio/load.ts';
import { voiceFinder } from '../../../src/data/embeddings/findVoice.ts';
import { moonshine, speechEncoder } from '../../../src/data/embeddings/load.ts';
import { speechDetector } from '../../../src/data/speech/load.ts';
import { CHROMIUM, CHROMIUM_ARGS, describePage } from '../../browser.ts';

/** What runs in the page. */
const SCRIPT = `
import { openSpeechEncoder } from './src/data/embeddings/encoder.ts';
import { voiceFinder } from './src/data/embeddings/findVoice.ts';
import { openMoonshine } from './src/data/embeddings/moonshine/network.ts';
import { openSpeechDetector } from './src/data/speech/detector.ts';
import { openInBrowser } from './src/onnx/openInBrowser.ts';

const bytesOf = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
export async function encode(samples) {
  const detector = await openSpeechDetector(await bytesOf('/speech.onnx'), openInBrowser);
  const findVoice = voiceFinder(() => detector);
  const encoder = await openSpeechEncoder(await bytesOf('/embedding.onnx'), openInBrowser, findVoice);
  const moonshine = await openMoonshine(await bytesOf('/encoder.onnx'), openInBrowser);
  const signal = Float32Array.from(samples);
  const frames = { ...(await encoder.encode(signal)), ...(await moonshine.encode(await findVoice(signal))) };
  return Object.fromEntries(Object.entries(frames).map(([name, { data, frames }]) => [name, { frames, data: Array.from(data) }]));
}`;

declare const ser: {
  encode(samples: number[]): Promise<Record<string, { frames: number; data: number[] }>>;
};

describePage('the speech encoders in headless Chromium', () => {
  let server: Server;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const { outputFiles } = await build({
      stdin: { contents: SCRIPT, resolveDir: process.cwd(), loader: 'ts' },
      ...{ bundle: true, platform: 'browser', format: 'iife', globalName: 'ser', target: 'es2022', write: false },
      logLevel: 'error',
    });
    const wasm = 'ort-wasm-simd-threaded.wasm';
    const ort = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
    const files: Record<string, [type: string, body: Uint8Array | string]> = {
      '/': ['text/html', '<!doctype html><script src="/ser.js"></script>'],
      '/ser.js': ['text/javascript', outputFiles[0].contents],
      [`/${wasm}`]: ['application/wasm', readFileSync(join(ort, wasm))],
      '/speech.onnx': ['application/octet-stream', readFileSync('models/speech/speech.onnx')],
      '/encoder.onnx': ['application/octet-stream', readFileSync('models/moonshine/encoder.onnx')],
      '/embedding.onnx': ['application/octet-stream', readFileSync('models/speech-embedding/embedding.onnx')],
    };
    server = createServer(({ url = '/' }, response) => {
      const [type, body] = files[url] ?? ['text/plain', ''];
      response.writeHead(files[url] ? 200 : 404, { 'content-type': type }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  test.each(['female', 'male'])('gives the frames of %s.wav that it gives in Node', async (name) => {
    const signal = await loadAudio(`data/demo/${name}.wav`);
    const there = await page.evaluate((samples) => ser.encode(samples), Array.from(signal));
    const voice = await voiceFinder(speechDetector)(signal);
    const here = { ...(await (await speechEncoder()).encode(signal)), ...(await (await moonshine()).encode(voice)) };
    expect(Object.keys(there)).toEqual(Object.keys(here));
    for (const [stage, { data, frames }] of Object.entries(here)) {
      expect(there[stage].frames).toBe(frames);
      const largest = data.reduce((most, value, i) => {
        return Math.max(most, Math.abs(value - there[stage].data[i]) / Math.max(1, Math.abs(value)));
      }, 0);
      expect(largest).toBeLessThan(stage.startsWith('layer') ? 2e-3 : 1e-4);
    }
  });
});

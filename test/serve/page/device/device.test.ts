import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeWav } from '../../../../src/data/audio/pcm/wav.ts';
import type { ClipResult } from '../../../../src/serve/predict/clipResult.ts';
import { LABELS, MODEL_FILE } from '../../shipped.ts';
import { conversation } from '../../voice.ts';
import {
  allDone,
  asFile,
  askServer,
  chooseOption,
  demoPath,
  describePage,
  deviceReady,
  downloadedJson,
  type Opened,
  type PageServer,
  PATIENCE,
  startPageServer,
} from '../pageServer.ts';

/** Agreement of two probabilities. */
const LIMIT = 1e-3;

function expectSame(device: ClipResult, server: ClipResult): void {
  const { gender, emotion, routing, genderSource, warnings, seconds } = server;
  expect(device).toMatchObject({ gender, emotion, routing, genderSource, warnings, seconds });
  const differences = LABELS.map((one) => Math.abs(device.probabilities[one] - server.probabilities[one]));
  differences.push(Math.abs((device.genderProbability ?? 1) - (server.genderProbability ?? 1)));
  expect(Math.max(...differences)).toBeLessThan(LIMIT);
  if (!server.utterances) return expect(device.utterances).toBeUndefined();
  const { segments, ...shares } = server.utterances;
  expect(device.utterances).toMatchObject(shares);
  expect(device.utterances!.segments.length).toBe(segments.length);
  segments.forEach(({ start, end, gender, emotion, sure, probabilities }, i) => {
    const here = device.utterances!.segments[i];
    expect(here).toMatchObject({ start, end, gender, emotion, sure });
    for (const one of LABELS) expect(Math.abs(here.probabilities[one] - probabilities[one])).toBeLessThan(LIMIT);
  });
}

const fixture = (name: string): Buffer => readFileSync(new URL(`../../../fixtures/audio/${name}`, import.meta.url));

describePage('on this device', () => {
  let server: PageServer;
  let device: Opened;
  const pair = ['female', 'male'].map((name) => asFile(`${name}.wav`, readFileSync(demoPath(name))));
  /** What the page says of these files, once it has heard them all. */
  const analysed = async (files: { name: string }[]): Promise<ClipResult[]> => {
    await allDone(device.page, files.length);
    return (await downloadedJson(device.page)) as ClipResult[];
  };

  beforeAll(async () => {
    server = await startPageServer();
    device = await server.open();
    await deviceReady(device.page);
  });
  afterAll(() => server?.close());

  it('every format and length gives what the server gives', async () => {
    const files = [
      asFile('long.wav', Buffer.from(encodeWav(await conversation(2), 16_000))),
      asFile('tone.flac', fixture('tone.flac')),
      asFile('stereo.mp3', fixture('stereo.mp3')),
      asFile('tone.ogg', fixture('tone.ogg')),
    ];
    await device.page.setInputFiles('#files', files);
    const results = await analysed(files);
    expect(results[0].utterances!.segments.map(({ gender }) => gender)).toEqual(['female', 'male', 'female', 'male']);
    for (const [i, { buffer }] of files.entries()) {
      expectSame(results[i], await askServer(server.url, buffer, 'timeline=utterances'));
    }
    await device.page.getByRole('button', { name: 'Clear' }).click();
  });

  it('every routing gives what the server gives', async () => {
    await device.page.setInputFiles('#files', pair);
    await analysed(pair);
    for (const [label, query, routing] of [
      ['Always both', 'routing=soft', 'soft'],
      ['Use one model for all voices', 'routing=pooled', 'pooled'],
      ['A man’s', 'gender=male', 'given'],
    ]) {
      await chooseOption(device.page, label);
      let results: ClipResult[] = [];
      const routings = async () => (results = await analysed(pair)).map((result) => result.routing);
      await expect.poll(routings, { timeout: PATIENCE / 2, interval: 500 }).toEqual([routing, routing]);
      for (const [i, { buffer }] of pair.entries()) expectSame(results[i], await askServer(server.url, buffer, query));
    }
  });

  it('nothing was uploaded, nothing went wrong, nothing was printed', () => {
    expect(device.uploads).toEqual([]);
    expect(device.troubles).toEqual([]);
  });

  it.each(['what the browser records, which the toolkit decodes', 'AAC, which only the browser decodes'])(
    '%s, is analysed on the device as on the server',
    async (kind) => {
      const { page, uploads } = device;
      await page.reload();
      uploads.length = 0;
      const byBrowser = kind.startsWith('AAC');
      const call = byBrowser
        ? { name: 'memo.m4a', mimeType: 'audio/mp4', buffer: fixture('phone/aac.m4a') }
        : { name: 'call.webm', mimeType: 'audio/webm', buffer: Buffer.from(await page.evaluate(recordWebm)) };
      await page.setInputFiles('#files', call);
      await page.locator('.mel canvas').waitFor();
      expect(await page.getByText('decoded by your browser').count()).toBe(byBrowser ? 1 : 0);
      await chooseOption(page, 'On the server');
      await page.setInputFiles('#files', call);
      const [here, there] = await analysed([call, call]);
      expectSame(here, there);
      expect(uploads).toEqual(['/api/v1/predict']);
      expect(device.troubles).toEqual([]);
    },
  );

  it('where it cannot, the server does, and the page says so', async () => {
    const { page, uploads, close } = await server.open({
      before: (page) => page.route(`**/models/male/${MODEL_FILE}`, (route) => route.fulfill({ status: 404 })),
    });
    await page.getByText(/This browser cannot run the models.*sent to the server/).waitFor();
    await page.setInputFiles('#files', demoPath('male'));
    await page.getByText(/analysed on the server/).waitFor();
    expect(uploads).toEqual(['/api/v1/predict']);
    await page.getByText('More options').click();
    expect(await page.getByRole('radio', { name: 'On this device' }).isDisabled()).toBe(true);
    await close();
  });

  it('a recording that was given to this device is not uploaded when that turns out not to work', async () => {
    let refuse: () => void = () => undefined;
    const refused = new Promise<void>((resolve) => (refuse = resolve));
    const { page, uploads, close } = await server.open({
      before: (page) =>
        page.route('**/models/gender/gender.onnx', async (route) => {
          await refused;
          await route.fulfill({ status: 500 });
        }),
    });
    await page.setInputFiles('#files', demoPath('male'));
    refuse();
    await page.getByText(/Nothing was uploaded/).waitFor();
    expect(uploads).toEqual([]);
    await close();
  });
});

/** Runs in the page: a second and a half of a tone, as a browser records it. */
async function recordWebm(): Promise<number[]> {
  const context = new AudioContext();
  const tone = new OscillatorNode(context, { frequency: 220, type: 'sawtooth' });
  const target = context.createMediaStreamDestination();
  tone.connect(target);
  tone.start();
  const recorder = new MediaRecorder(target.stream, { mimeType: 'audio/webm' });
  const blob = new Promise<Blob>((resolve) => (recorder.ondataavailable = ({ data }) => resolve(data)));
  recorder.start();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  recorder.stop();
  return [...new Uint8Array(await (await blob).arrayBuffer())];
}

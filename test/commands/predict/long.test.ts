import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkLong, clipFormat } from '../../../src/commands/predict/longOptions.ts';
import { loadAudio } from '../../../src/data/audio/load.ts';
import { encodeWav } from '../../../src/data/audio/pcm/wav.ts';
import { loadEmotionModels } from '../../../src/serve/predict/emotionModels.ts';
import type { LiveResult } from '../../../src/serve/timeline/listen.ts';
import { predictTimelines, type Timeline } from '../../../src/serve/timeline/predictTimeline.ts';
import { runSer } from '../../runSer.ts';

const RATE = 16_000;
let folder: string;
let talk: string;
/** A woman, a pause, a man. */
let wav: Uint8Array;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ser-long-'));
  talk = join(folder, 'talk.wav');
  const [woman, man] = await Promise.all(['woman', 'man'].map((name) => loadAudio(`data/voices/${name}.flac`)));
  const signal = new Float32Array(woman.length + man.length + 2 * RATE);
  signal.set(woman, RATE / 2);
  signal.set(man, woman.length + 1.5 * RATE);
  wav = encodeWav(signal, RATE);
  writeFileSync(talk, wav);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** `ser predict --live`, fed by `feed`. @returns the results, and when each came, in seconds after the first byte */
async function live(
  words: string[],
  feed: (write: (bytes: Uint8Array) => void) => Promise<NodeJS.Signals | undefined>,
) {
  const ser = spawn(process.execPath, ['--import', 'tsx', 'src/cli.ts', 'predict', '--live', ...words]);
  const results: LiveResult[] = [];
  const times: number[] = [];
  let [text, stderr, began] = ['', '', 0];
  ser.stdout.on('data', (data) => {
    const lines = (text + String(data)).split('\n');
    text = lines.pop()!;
    for (const line of lines) {
      results.push(JSON.parse(line) as LiveResult);
      times.push((performance.now() - began) / 1000);
    }
  });
  ser.stderr.on('data', (data) => (stderr += String(data)));
  ser.stdin.on('error', () => undefined);
  const code = new Promise<number | null>((resolve) => ser.on('exit', resolve));
  while (!stderr.includes('listening') && ser.exitCode === null) await wait(50);
  const signal = await feed((bytes) => {
    began ||= performance.now();
    ser.stdin.write(bytes);
  });
  if (signal) ser.kill(signal);
  else ser.stdin.end();
  return { code: await code, results, times, stderr };
}

const send = (bytes: Uint8Array) => (write: (bytes: Uint8Array) => void) => {
  write(bytes);
  return Promise.resolve(undefined);
};

describe('ser predict --timeline', () => {
  test('cuts a recording into utterances, and tells how much of the time each emotion has', async () => {
    const { code, stdout } = await runSer(['predict', talk, 'data/demo/README.md', '--timeline', '--format', 'json']);
    expect(code).toBe(1); // the other file is no recording
    const [timeline, failure] = JSON.parse(stdout) as [Timeline, { error: string }];
    expect(timeline.segments.map(({ gender }) => gender)).toEqual(['female', 'male']);
    const { speech, emotions, notSure, segments } = timeline;
    const times = Object.values(emotions).reduce((sum, seconds) => sum + seconds, notSure);
    expect(times).toBeCloseTo(speech, 2);
    expect(segments.reduce((sum, { start, end }) => sum + end - start, 0)).toBeCloseTo(speech, 2);
    expect(failure.error).toContain('not an audio file');
  });

  test('writes a file of labels or subtitles per recording into a folder', async () => {
    const out = join(folder, 'subtitles');
    const words = [talk, 'data/voices/man.flac', '--timeline', '--format', 'srt'];
    expect((await runSer(['predict', ...words, '--out', out])).code).toBe(0);
    expect(readdirSync(out).sort()).toEqual(['man.srt', 'talk.srt']);
    expect(readFileSync(join(out, 'talk.srt'), 'utf8')).toMatch(/^1\n00:00:00,\d{3} --> 00:00:0\d,\d{3}\nfemale: /);
    const refused = await runSer(['predict', ...words]);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('name a folder') as string });
  });

  test('options that do not go together are refused in words', async () => {
    const given = { timeline: true, live: false, format: 'table' as const };
    expect(() => checkLong({ ...given, watch: true })).toThrow('--watch does not go with --timeline');
    expect(() => checkLong({ ...given, live: true })).toThrow('either --timeline, for files, or --live');
    expect(() => checkLong({ ...given, every: 1 })).toThrow('--every goes with --live');
    expect(() => checkLong({ ...given, timeline: false, live: true, out: 'x' })).toThrow('leave --out out');
    expect(() => clipFormat('srt')).toThrow('it goes with --timeline');
    const { code, stderr } = await runSer(['predict', 'data/demo', '--live']);
    expect(stderr).toContain('data/demo is a path');
    expect(code).toBe(2);
  });
});

describe('ser predict --live', () => {
  test('answers utterances while the sound is still arriving, and gives running results', async () => {
    const { code, results, times } = await live(['--every', '1'], async (write) => {
      for (let at = 44; at < wav.length; at += RATE / 5) {
        write(wav.subarray(at, at + RATE / 5));
        await wait(100);
      }
      return undefined;
    });
    expect(code).toBe(0);
    const utterances = results.filter(({ type }) => type === 'utterance');
    expect(utterances.map((one) => one.type === 'utterance' && one.gender)).toEqual(['female', 'male']);
    expect(results.filter(({ type }) => type === 'running').length).toBeGreaterThanOrEqual(4);
    expect(results.at(-1)).toMatchObject({ type: 'end', utterances: 2, seconds: (wav.length - 44) / 2 / RATE });
    expect(times[results.indexOf(utterances[0])]).toBeLessThan(times.at(-1)! - 2);
  });

  test('finds the utterances that it finds in the file', async () => {
    const { results } = await live([], send(wav));
    const found = results.flatMap((one) => (one.type === 'utterance' ? [one] : []));
    const models = await loadEmotionModels();
    for await (const timeline of predictTimelines([talk], models, { workers: 1 })) {
      expect(found.map(({ type: _, ...segment }) => segment)).toEqual((timeline as Timeline).segments);
    }
  });

  test('Ctrl-C ends it: what was heard is answered, and the exit code is 0', async () => {
    const { code, results } = await live([], async (write) => {
      write(wav.subarray(0, 44 + 2.2 * 2 * RATE));
      await wait(1500);
      return 'SIGINT';
    });
    expect(results.map(({ type }) => type)).toEqual(['utterance', 'end']);
    expect(code).toBe(0);
  });

  test('refuses what is no sound in words', async () => {
    const { code, stderr } = await live([], send(new TextEncoder().encode('RIFF')));
    expect(stderr).toContain('standard input: it ends within its WAV header');
    expect(code).toBe(1);
  });
});

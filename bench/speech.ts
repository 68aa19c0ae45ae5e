import { existsSync, readFileSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandModule } from 'yargs';
import { loadAudio } from '../src/data/audio/load.ts';
import { openSpeechDetector, type SpeechDetector } from '../src/data/speech/detector.ts';
import { speechSeconds, speechSpans } from '../src/data/speech/spans.ts';
import { SAMPLE_RATE } from '../src/features/types.ts';
import { writeFileAtomic, writeJson } from '../src/files/files.ts';
import { openInNode } from '../src/onnx/openInNode.ts';
import { findClips } from '../src/data/audio/clipFiles.ts';
import { MODELS_FOLDER } from '../src/train/families/families.ts';
import { otherSounds } from '../test/data/speech/otherSounds.ts';
import { record } from './record.ts';

interface Arguments {
  corpora?: string;
  noise?: string;
  rounds: number;
  every: number;
}

interface Sound {
  set: string;
  name: string;
  /** Conditions and thresholds were chosen on it. */
  tuned: boolean;
  read: () => Promise<Float32Array>;
}

/** What is done to each signal before it is heard; 16-bit files can hold the results. */
const CONDITIONS: Record<string, (signal: Float32Array) => Float32Array> = {
  'as it is': (signal) => signal,
  '+20 dB, clipped': (signal) => signal.map((value) => Math.max(-1, Math.min(1, 10 * value))),
  '−20 dB, 16 bits': (signal) => signal.map((value) => Math.round(3276.8 * value) / 32_768),
  'a second of zeros around': (signal) => {
    const padded = new Float32Array(signal.length + 2 * SAMPLE_RATE);
    padded.set(signal, SAMPLE_RATE);
    return padded;
  },
};

export const speech: CommandModule<object, Arguments> = {
  command: 'speech',
  describe:
    'voice activity: clips of corpora and other sounds in which speech is found; milliseconds of a 4-second clip',
  builder: (args) =>
    args
      .option('corpora', { type: 'string', default: process.env.SER_CORPORA, describe: 'folder of the corpora' })
      .option('noise', { type: 'string', describe: 'folder of recorded noises, in train/ and test/' })
      .option('every', { type: 'number', default: 1, describe: 'take one of so many clips of the corpora' })
      .option('rounds', {
        type: 'number',
        default: 9,
        describe: 'rounds of the time measurement, after one that warms up',
      }),
  handler: async ({ corpora, noise, rounds, every }) => {
    const detector = await openSpeechDetector(readFileSync(join(MODELS_FOLDER, 'speech', 'speech.onnx')), openInNode);
    await measureTime(detector, rounds);
    const sounds = [...(corpora ? voices(corpora, every) : []), ...(noise ? noises(noise) : []), ...synthetic()];
    await countFound(detector, sounds);
    await detector.close();
  },
};

async function measureTime(detector: SpeechDetector, rounds: number): Promise<void> {
  const signal = await loadAudio(fileURLToPath(new URL('../data/demo/female.wav', import.meta.url)));
  const clip = Float32Array.from({ length: 4 * SAMPLE_RATE }, (_, i) => signal[i % signal.length]);
  const [cpu, wall] = [[], []] as number[][];
  for (let round = -1; round < rounds; round++) {
    const [start, before] = [performance.now(), process.cpuUsage()];
    for (let i = 0; i < 25; i++) await detector.probabilities(clip);
    const { user, system } = process.cpuUsage(before);
    if (round < 0) continue; // warms up
    cpu.push((user + system) / 1000 / 25);
    wall.push((performance.now() - start) / 25);
  }
  record('speech', {
    title: 'Voice activity of a clip of 4 s on one core',
    unit: 'ms a clip',
    measurements: [
      { what: 'processor time', values: cpu },
      { what: 'wall clock', values: wall },
    ],
    notes: [
      `Model: ${detector.metadata.source}. ONNX Runtime with one thread; 25 clips a round.`,
      'Wall-clock time is longer where other programs run beside it; see the load.',
    ],
  });
}

function voices(corpora: string, every: number): Sound[] {
  const tuned = new RegExp(`ravdess\\${sep}Actor_0[1-6]|emodb\\${sep}0[38]`);
  const setOf = (path: string, corpus: string): string =>
    corpus === 'ravdess' ? `ravdess, ${basename(path).startsWith('03-02') ? 'song' : 'speech'}` : corpus;
  return ['ravdess', 'emodb', 'librispeech-mini', 'crema-d', 'speechocean-mini']
    .filter((corpus) => existsSync(join(corpora, corpus)))
    .flatMap((corpus) =>
      findClips([join(corpora, corpus)])
        .clips.filter((_, i) => i % every === 0)
        .map((path) => ({
          set: setOf(path, corpus),
          name: basename(path),
          tuned: tuned.test(path),
          read: () => loadAudio(path),
        })),
    );
}

const noises = (folder: string): Sound[] =>
  ['train', 'test'].flatMap((part) =>
    findClips([join(folder, part)]).clips.map((path) => ({
      set: 'recorded noises',
      name: basename(path),
      tuned: part === 'train',
      read: () => loadAudio(path),
    })),
  );

const synthetic = (): Sound[] =>
  ['tune', 'tune2', 'report', 'report2'].flatMap((seed) =>
    otherSounds(seed).map(({ kind, name, signal }) => ({
      set: `synthetic: ${kind}`,
      name,
      tuned: seed.startsWith('tune'),
      read: () => Promise.resolve(signal),
    })),
  );

interface Row {
  set: string;
  tuned: boolean;
  clips: number;
  /** Clips with speech, under each condition. */
  found: Record<string, number>;
  /** Names of those that are the fewer as they are: not found in voices, found in other sounds. */
  exceptions: string[];
  /** Share of the recordings that is speech, of those in which it is found. */
  share: number;
}

async function countFound(detector: SpeechDetector, sounds: readonly Sound[]): Promise<void> {
  const rows = new Map<string, Row & { heard: { name: string; spoken: boolean }[] }>();
  for (const { set, name, tuned, read } of sounds) {
    const signal = await read();
    const key = `${set} ${tuned}`;
    const row = rows.get(key) ?? { set, tuned, clips: 0, found: {}, exceptions: [], share: 0, heard: [] };
    rows.set(key, row);
    row.clips++;
    for (const [condition, change] of Object.entries(CONDITIONS)) {
      const changed = change(signal);
      const duration = changed.length / SAMPLE_RATE;
      const spans = speechSpans(await detector.probabilities(changed), duration);
      row.found[condition] = (row.found[condition] ?? 0) + (spans.length > 0 ? 1 : 0);
      if (condition !== 'as it is') continue;
      row.heard.push({ name, spoken: spans.length > 0 });
      row.share += spans.length > 0 ? speechSeconds(spans) / duration : 0;
    }
  }
  const results: Row[] = [...rows.values()].map(({ heard, ...row }) => {
    const spoken = heard.filter((one) => one.spoken);
    const silent = heard.filter((one) => !one.spoken);
    const exceptions = (spoken.length > silent.length ? silent : spoken).map(({ name }) => name);
    return { ...row, exceptions, share: row.share / Math.max(1, spoken.length) };
  });
  const path = fileURLToPath(new URL('./results/speech-found', import.meta.url));
  writeJson(`${path}.json`, { model: detector.metadata, conditions: Object.keys(CONDITIONS), rows: results });
  writeFileAtomic(`${path}.md`, markdown(results));
  console.log(markdown(results));
}

function markdown(rows: readonly Row[]): string {
  const conditions = Object.keys(CONDITIONS);
  const table = (title: string, shown: readonly Row[]): string[] => [
    `## ${title}`,
    '',
    `| | clips | ${conditions.join(' | ')} | share | as it is, otherwise |`,
    `|---|---:|${'---:|'.repeat(conditions.length + 1)}---|`,
    ...shown.map(({ set, clips, found, share, exceptions }) => {
      const counts = conditions.map(
        (condition) => `${found[condition]} (${((100 * found[condition]) / clips).toFixed(1)} %)`,
      );
      const others = exceptions.slice(0, 12).join(', ') + (exceptions.length > 12 ? ', …' : '');
      return `| ${set} | ${clips} | ${counts.join(' | ')} | ${share > 0 ? share.toFixed(2) : ''} | ${others} |`;
    }),
    '',
  ];
  return [
    '# Recordings in which speech is found',
    '',
    'Share: how much of a recording is speech, where it is found.',
    '',
    ...table(
      'Not used for any choice',
      rows.filter(({ tuned }) => !tuned),
    ),
    ...table(
      'Conditions and thresholds were chosen on these',
      rows.filter(({ tuned }) => tuned),
    ),
  ].join('\n');
}

import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadAudio } from '../../data/audio/load.ts';
import { describeFeatureSet } from '../../data/embeddings/load.ts';
import { signalVector } from '../../data/vectors/signalVector.ts';
import { markdownTable } from '../../eval/text/markdown.ts';
import { SAMPLE_RATE } from '../../features/types.ts';
import { fileOfSet } from '../../files/fileSet.ts';
import { loadBundle, MODEL_FILES, readBundle } from './bundle.ts';
import type { Cost } from './bundleCheck.ts';

const CLIP = fileURLToPath(new URL('../../../data/demo/female.wav', import.meta.url));

/** Measurements of which the quickest counts, after some to warm up: other work on the machine makes none quicker. Fewer for what is slow. */
const TIMES = { warmUp: 2, measured: 9, milliseconds: 2000 };

/**
 * Measures a model in its folder, on a demo clip.
 * @param trainingSeconds  if they are known
 * @throws {SerError} `model`, as `loadBundle`: a table may come from an encoder that is not on this machine
 */
export async function measureCost(dir: string, trainingSeconds?: number): Promise<Cost> {
  const { files, features: input } = readBundle(dir);
  const { set, names } = input;
  const { parameters, predictProba, frameSize } = loadBundle(dir, { name: set, names });
  const signal = await loadAudio(CLIP);
  const computes = describeFeatureSet(set) !== undefined;
  const features = computes ? await time(() => signalVector(signal, set)) : undefined;
  const row = Float32Array.from(computes ? await signalVector(signal, set) : Array<number>(names.length).fill(0));
  const frames = frameSize === undefined ? undefined : Uint32Array.of(row.length / frameSize);
  const model = await time(() => predictProba(row, frames));
  return {
    parameters,
    bytes: Object.keys(files).reduce((sum, file) => sum + statSync(fileOfSet(dir, MODEL_FILES, file)).size, 0),
    ...(trainingSeconds !== undefined && { trainingSeconds: rounded(trainingSeconds) }),
    clip: { seconds: signal.length / SAMPLE_RATE, ...(features !== undefined && { features }), model },
    on: `Node ${process.versions.node}, ${process.platform} ${process.arch}`,
  };
}

/** The quickest of several calls, in milliseconds. */
async function time(work: () => unknown): Promise<number> {
  const times: number[] = [];
  const begin = performance.now();
  while (times.length < TIMES.warmUp + TIMES.measured) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
    if (times.length > TIMES.warmUp && performance.now() - begin > TIMES.milliseconds) break;
  }
  return rounded(Math.min(...times.slice(TIMES.warmUp)));
}

const rounded = (value: number): number => Number(value.toPrecision(3));

/** For a card. */
export function costMarkdown({ parameters, bytes, trainingSeconds, clip, on }: Cost): string {
  const rows = [
    ['parameters', parameters.toLocaleString('en')],
    ['on disk', `${(bytes / 1e6).toPrecision(3)} MB`],
    ['training', trainingSeconds === undefined ? 'not timed' : duration(trainingSeconds)],
    ['features of a clip', clip.features === undefined ? 'not computed by this version' : milliseconds(clip.features)],
    ['prediction of a clip', milliseconds(clip.model)],
  ];
  return `${markdownTable(['cost', ''], rows)}\n\nMeasured with ${on}, one clip of ${clip.seconds.toFixed(1)} s at a time (the quickest of several calls), without decoding and the gender model; the training by the clock.`;
}

const milliseconds = (value: number): string => `${value < 10 ? value.toPrecision(2) : Math.round(value)} ms`;
const duration = (seconds: number): string =>
  seconds < 90 ? `${seconds.toPrecision(2)} s` : `${Math.round(seconds / 60)} min`;

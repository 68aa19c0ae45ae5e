import { fileURLToPath } from 'node:url';
import type { CommandModule } from 'yargs';
import { loadAudio } from '../src/data/audio/load.ts';
import { renderPng } from '../src/eval/charts/render.ts';
import { SAMPLE_RATE } from '../src/features/types.ts';
import { writeFileAtomic } from '../src/files/files.ts';
import { benchClips } from './clips.ts';
import { startContender } from './contender.ts';
import { record, spread } from './record.ts';
import type { Measurement } from './record.ts';
import { stagesChart } from './stagesChart.ts';

/** What a worker prints: seconds of all its clips, in all and by stage. */
export interface Round {
  cpu: number;
  stages: Record<string, number>;
}

interface Arguments {
  rounds: number;
  clips: number;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export const features: CommandModule<object, Arguments> = {
  command: 'features',
  describe: 'the 186 features of a clip: ours against librosa, one thread each, in turns',
  builder: (args) =>
    args
      .option('rounds', { type: 'number', default: 5, describe: 'rounds of each, after one that warms up' })
      .option('clips', { type: 'number', default: 24, describe: 'clips a round' }),
  handler: async ({ rounds, clips }) => {
    const files = chooseClips(clips);
    const seconds = (await Promise.all(files.map((file) => loadAudio(file)))).reduce(
      (sum, { length }) => sum + length / SAMPLE_RATE / files.length,
      0,
    );
    const python = process.env.SER_PYTHON;
    if (!python) console.error('SER_PYTHON is not set (a Python with librosa 0.10.2): librosa is not measured.');
    const contenders = [
      { what: 'gender-ser', program: process.execPath, args: [...process.execArgv, here('featuresWorker.ts')] },
      ...(python ? [{ what: 'librosa (Python)', program: python, args: [here('features_librosa.py')] }] : []),
    ].map(({ what, program, args }) => ({
      ...startContender(what, program, [...args, ...files]),
      what,
      rounds: [] as Round[],
    }));
    try {
      for (const { run } of contenders) await run();
      for (let round = 0; round < rounds; round++) {
        for (const one of contenders) one.rounds.push(JSON.parse(await one.run()) as Round);
        console.error(`round ${round + 1}: ${contenders.map(({ what, rounds }) => `${what} ${perClip(rounds.at(-1)!.cpu).toFixed(1)} ms`).join(', ')}`); // prettier-ignore
      }
    } finally {
      for (const { end } of contenders) end();
    }

    function perClip(total: number): number {
      return (1000 * total) / files.length;
    }
    const [ours, librosa] = contenders.map(({ rounds }) => rounds.map(({ cpu }) => perClip(cpu)));
    const stages = contenders.map(({ what, rounds }) => ({
      what,
      stages: Object.keys(rounds[0].stages).map((stage) => ({
        stage,
        ms: perClip(spread(rounds.map((round) => round.stages[stage])).median),
      })),
    }));
    const median = spread(ours).median;
    const frames = Math.round(1 + (seconds * SAMPLE_RATE) / 512);
    const notes = [
      `CPU milliseconds a clip, one thread, audio decoded beforehand; ${files.length} clips of ${seconds.toFixed(1)} s on average.`,
      `gender-ser: ${(1000 / median).toFixed(0)} clips/s a core, ${((1000 * seconds) / median).toFixed(0)} × real time.`,
      ...(librosa ? [`librosa takes ${ratioOf(librosa, ours)} the time of gender-ser in the same round.`] : []),
      `Work in a clip of ${frames} frames: ${3 * frames} transforms of 2,048 (STFT, its inverse, the STFT of the harmonic part), ` +
        `${7 * frames} of 512 (constant Q) and ${(2 * frames * 1025).toLocaleString('en')} medians of 31.`,
    ];
    writeFileAtomic(here('results/features.png'), await renderPng(stagesChart(stages, files.length)));
    const measurements: Measurement[] = [
      { what: 'gender-ser', values: ours },
      ...(librosa ? [{ what: 'librosa (Python)', values: librosa }] : []),
      ...stages[0].stages.map(({ stage }) => ({
        what: `… ${stage}`,
        values: contenders[0].rounds.map((round) => perClip(round.stages[stage])),
      })),
    ];
    record('features', { title: 'The 186 features of a clip', unit: 'ms a clip', measurements, notes });
  },
};

/** Evenly from all. */
function chooseClips(count: number): string[] {
  const all = benchClips();
  const step = Math.max(1, Math.floor(all.length / count));
  return all.filter((_, i) => i % step === 0).slice(0, count);
}

function ratioOf(a: readonly number[], b: readonly number[]): string {
  const { median, min, max } = spread(a.map((value, i) => value / b[i]));
  return `${median.toFixed(1)} × (median; ${min.toFixed(1)} to ${max.toFixed(1)})`;
}

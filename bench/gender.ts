import type { CommandModule } from 'yargs';
import { logMel } from '../src/features/sets/logMel.ts';
import { featureSet } from '../src/data/embeddings/load.ts';
import { SAMPLE_RATE } from '../src/features/types.ts';
import { createRandom } from '../src/random.ts';
import { findGenderModel } from '../src/serve/predict/modelFiles.ts';
import { loadGenderOnnx } from '../src/train/gender/ecapa/genderOnnx.ts';
import { record, spread } from './record.ts';

interface Arguments {
  rounds: number;
  clips: number;
  seconds: number;
  model?: string;
}

/** Milliseconds of a clip on one core, its front end included, but not the functionals that the emotion models need too. */
const LIMIT = 15;

export const gender: CommandModule<object, Arguments> = {
  command: 'gender',
  describe: 'the gender of a voice: milliseconds of a 4-second clip on one core, front end included',
  builder: (args) =>
    args
      .option('rounds', { type: 'number', default: 9, describe: 'rounds, after one that warms up' })
      .option('clips', { type: 'number', default: 25, describe: 'clips a round' })
      .option('seconds', { type: 'number', default: 4, describe: 'length of a clip' })
      .option('model', { type: 'string', describe: 'gender model in ONNX; default: the shipped one' }),
  handler: async ({ rounds, clips, seconds, model = findGenderModel() }) => {
    const classifier = await loadGenderOnnx(model, { threads: 1 });
    const random = createRandom('bench');
    const signal = Float32Array.from(
      { length: seconds * SAMPLE_RATE },
      (_, i) => 0.2 * Math.sin(i * 0.07) * Math.sin(i * 0.0003) + 0.02 * random.normal(),
    );
    const { features } = classifier.metadata;
    const set = features === undefined ? undefined : featureSet(features);
    const known = set && { set: set.name, vector: await set.extract(signal) };
    const [whole, wall, frontEnd, encoder] = [[], [], [], []] as number[][];
    for (let round = -1; round < rounds; round++) {
      const start = performance.now();
      const classified = await cpuOf(clips, () => classifier.classify(signal, known));
      const elapsed = (performance.now() - start) / clips;
      const logMels = await cpuOf(clips, () => logMel(signal));
      // Of a copy: the voice of a signal is found once.
      const functionals = set ? await cpuOf(clips, () => set.extract(signal.slice())) : 0;
      if (round < 0) continue; // warms up
      whole.push(classified);
      wall.push(elapsed);
      frontEnd.push(logMels);
      encoder.push(functionals);
    }
    await classifier.dispose();
    const { median } = spread(whole);
    record('gender', {
      title: `The gender of a voice, a clip of ${seconds} s on one core`,
      unit: 'ms a clip',
      measurements: [
        { what: 'whole, processor time', values: whole },
        { what: '… log-mel front end', values: frontEnd },
        { what: '… graph (the rest)', values: whole.map((value, i) => value - frontEnd[i]) },
        ...(set ? [{ what: `${set.name}, unless the emotion models have them already`, values: encoder }] : []),
        { what: 'whole, wall clock', values: wall },
      ],
      notes: [
        `Model: ${classifier.metadata.source}. ONNX Runtime with one thread; ${clips} clips a round.`,
        `The limit is ${LIMIT} ms of processor time: ${median <= LIMIT ? 'kept' : 'missed'}, at ${median.toFixed(1)} ms, ` +
          `${((1000 * seconds) / median).toFixed(0)} × real time.`,
        'Wall-clock time is longer where other programs run beside it; see the load.',
      ],
    });
    if (median > LIMIT) process.exitCode = 1;
  },
};

/** Processor milliseconds of the whole process, a clip. */
async function cpuOf(clips: number, work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < clips; i++) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / clips;
}

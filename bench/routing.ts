import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { GENDERS, type Gender } from '../src/data/clip.ts';
import { GENDER_POSTERIORS_PATH, readGenderPosteriors } from '../src/train/gender/voices/genderPosteriors.ts';
import { getProtocol } from '../src/data/protocols/protocols.ts';
import { ravdess } from '../src/data/corpora/ravdess.ts';
import { TABLE_PATHS } from '../src/data/corpora/corpora.ts';
import { type FeatureTable, selectRows } from '../src/data/tables/table.ts';
import { readTable } from '../src/data/tables/tableFile.ts';
import { mcnemar } from '../src/eval/statistics/mcnemar.ts';
import { LOG_LOSS } from '../src/eval/metrics/logLoss.ts';
import { type Predictions, rightOf } from '../src/eval/systems/predictions.ts';
import {
  type ModelPredictions,
  modelPredictionsToCsv,
  parseModelPredictionsCsv,
} from '../src/eval/systems/modelPredictions.ts';
import { type PairSystem, routePair } from '../src/eval/systems/routing.ts';
import { readText, writeFileAtomic } from '../src/files/files.ts';
import { predictTable } from '../src/train/predictTable.ts';
import { applyScaler } from '../src/train/bundle/scaler.ts';
import { trainFold } from '../src/train/trainFold.ts';
import { record } from './record.ts';

interface Arguments {
  seeds: number[];
  epochs: number;
  kept: string;
}

const SYSTEMS = ['oracle', 'hard', 'soft'] as const;

export const routing: CommandModule<object, Arguments> = {
  command: 'routing',
  describe: 'no timing: hard against soft routing on validation clips, from which the default is chosen',
  builder: (args) =>
    args
      .option('seeds', { type: 'number', array: true, default: [1, 2, 3], describe: 'trainings of the pair' })
      .option('epochs', { type: 'number', default: 100, describe: 'of each training' })
      .option('kept', {
        type: 'string',
        default: 'reports/bench-routing',
        describe: 'folder for what trained pairs say, from which the same command goes on',
      }),
  handler: async ({ seeds, epochs, kept }) => {
    const [table, augmented] = await Promise.all([readTable(TABLE_PATHS.original), readTable(TABLE_PATHS.augmented)]);
    const pairs: Record<Gender, Predictions>[] = [];
    for (const seed of seeds) {
      const path = join(kept, `${epochs}-epochs-seed-${seed}.csv`);
      if (!existsSync(path)) {
        writeFileAtomic(path, modelPredictionsToCsv(await validationPredictions(table, augmented, { seed, epochs }))); // prettier-ignore
      }
      const [male, female] = parseModelPredictionsCsv(readText(path, 'table'), 'reference', path);
      pairs.push({ male, female });
      console.error(`seed ${seed}: ${male.rows.length} held-out clips`);
    }
    const posteriors = readGenderPosteriors(GENDER_POSTERIORS_PATH, ravdess.name);
    const maleProbability = Object.fromEntries([...posteriors].map(([id, one]) => [id, one.maleProbability]));
    const runs = pairs.map((pair) => routePair(pair, maleProbability));
    const all = (name: PairSystem): boolean[] => runs.flatMap((run) => rightOf(run[name]!));
    const [hard, soft] = [all('hard'), all('soft')];
    const { onlyFirst, onlySecond, p } = mcnemar(hard, soft);
    const losses = SYSTEMS.map((name) => `${name} ${(runs.reduce((sum, run) => sum + LOG_LOSS.ofProbabilities(run[name]!), 0) / runs.length).toFixed(4)}`); // prettier-ignore
    record('routing', {
      title: 'Hard and soft routing on validation clips',
      unit: '% right',
      measurements: SYSTEMS.map((name) => ({
        what: name,
        values: runs.map((run) => {
          const right = rightOf(run[name]!);
          return (100 * right.filter(Boolean).length) / right.length;
        }),
      })),
      notes: [
        'Protocol `reference`, its training clips only: of each gender a quarter is held out; the pair learns from the rest and is asked about ' +
          `the held-out clips, seeds ${seeds.join(', ')}. These clips also steered the learning rates. No test clip takes part.`,
        'The gender comes from the out-of-fold posteriors: of models that were not trained on the speaker.',
        `Right in all: oracle ${all('oracle').filter(Boolean).length}, hard ${hard.filter(Boolean).length}, soft ${soft.filter(Boolean).length} ` +
          `of ${hard.length}. Right only by hard routing ${onlyFirst}, only by soft ${onlySecond}, McNemar's exact p ${p.toPrecision(2)}.`,
        `Log loss in nats, mean over the seeds: ${losses.join(', ')}.`,
      ],
    });
  },
};

/** What each model of a pair predicts for the clips that were held out of its training or of its partner's. */
async function validationPredictions(
  table: FeatureTable,
  augmented: FeatureTable,
  { seed, epochs }: { seed: number; epochs: number },
): Promise<ModelPredictions[]> {
  const protocol = getProtocol('reference');
  const trained = [];
  for (const gender of GENDERS) {
    const own = selectRows(table, (row) => row.gender === gender);
    const [fold] = protocol.folds(own.clips);
    const task = { table: own, augmented, protocol, fold };
    trained.push({ gender, fold, ...(await trainFold(task, { seed, epochs, refit: false })) });
  }
  const held = new Set(trained.flatMap(({ validation }) => validation.rows.map(({ id }) => id)));
  const clips = selectRows(table, ({ id }) => held.has(id));
  return trained.map(({ gender, fold, model, scaler, labels }) => {
    const predictProba = (x: Float32Array) => model.predictProba(applyScaler(scaler, x));
    const { rows } = predictTable({ labels, predictProba }, clips, protocol.name);
    const predicted = rows.map((row) => ({ ...row, fold: fold.name, temperature: 1 }));
    return { protocol: protocol.name, labels, model: gender, seed, rows: predicted, validation: [] };
  });
}

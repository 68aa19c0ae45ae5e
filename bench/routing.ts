import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { GENDERS, type Gender } from '../src/data/clip.ts';
import { GENDER_POSTERIORS_PATH, readGenderPosteriors } from '../src/train/gender/voices/genderPosteriors.ts';
import { getProtocol } from '../src/data/protocols/protocols.ts';
import { ravdess } from '../src/data/corpora/ravdess.ts';
import { TABLE_PATHS } from '../src/data/corpora/corpora.ts';
import { type FeatureTable, selectRows } from '../src/data/tables/table.ts';
import { readTable } from '../src/data/tables/tableFile.ts';
import { readReport } from '../src/eval/reports/reportFiles.ts';
import { mcnemar } from '../src/eval/statistics/mcnemar.ts';
import { LOG_LOSS } from '../src/eval/metrics/logLoss.ts';
import { type Predictions, rightOf } from '../src/eval/systems/predictions.ts';
import {
  type ModelPredictions,
  modelPredictionsToCsv,
  parseModelPredictionsCsv,
} from '../src/eval/systems/modelPredictions.ts';
import { type MaleProbability, routePair } from '../src/eval/systems/routing.ts';
import { DOUBTFUL_GENDER } from '../src/train/gender/doubtful.ts';
import { readText, writeFileAtomic } from '../src/files/files.ts';
import { predictTable } from '../src/train/predictTable.ts';
import { applyScaler } from '../src/train/bundle/scaler.ts';
import { trainFold } from '../src/train/trainFold.ts';
import { record } from './record.ts';

interface Arguments {
  seeds: number[];
  epochs: number;
  kept: string;
  reports?: string;
}

const SYSTEMS = ['oracle', 'hard', 'soft', 'auto'] as const;

export const routing: CommandModule<object, Arguments> = {
  command: 'routing',
  describe:
    'no timing: hard, soft and auto routing on validation clips, from which the default is chosen, or on kept predictions',
  builder: (args) =>
    args
      .option('seeds', { type: 'number', array: true, default: [1, 2, 3], describe: 'trainings of the pair' })
      .option('epochs', { type: 'number', default: 100, describe: 'of each training' })
      .option('kept', {
        type: 'string',
        default: 'reports/bench-routing',
        describe: 'folder for what trained pairs say, from which the same command goes on',
      })
      .option('reports', {
        type: 'string',
        describe: 'folder of reports, such as docs/predictions: their pairs instead, without training',
      }),
  handler: async ({ seeds, epochs, kept, reports }) => {
    if (reports) return recordReports(reports);
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
    const runs = pairs.map((pair) => routeAll(pair, maleProbability));
    const all = (name: (typeof SYSTEMS)[number]): boolean[] => runs.flatMap((run) => rightOf(run[name]!));
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
        `Right in all: oracle ${all('oracle').filter(Boolean).length}, hard ${hard.filter(Boolean).length}, soft ${soft.filter(Boolean).length}, ` +
          `auto ${all('auto').filter(Boolean).length} ` +
          `of ${hard.length}. Right only by hard routing ${onlyFirst}, only by soft ${onlySecond}, McNemar's exact p ${p.toPrecision(2)}.`,
        `Log loss in nats, mean over the seeds: ${losses.join(', ')}.`,
      ],
    });
  },
};

type Routed = Record<(typeof SYSTEMS)[number], Predictions>;

/** `auto` is soft where the more probable gender is doubtful, and hard elsewhere. */
function routeAll(pair: Record<Gender, Predictions>, maleProbability: MaleProbability): Routed {
  const { oracle, hard, soft } = routePair(pair, maleProbability) as Record<'oracle' | 'hard' | 'soft', Predictions>;
  const rows = hard.rows.map((row, i) => (isDoubtful(maleProbability[row.id]) ? soft.rows[i] : row));
  return { oracle, hard, soft, auto: { ...hard, rows } };
}

const isDoubtful = (male: number): boolean => Math.max(male, 1 - male) < DOUBTFUL_GENDER;

/** Right answers and log loss of the pairs of kept reports, over all of their seeds. */
function recordReports(folder: string): void {
  const found = readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const { predictions, maleProbability } = readReport(join(folder, name));
      const pairs = predictions.flatMap((male) => {
        const female = predictions.find(({ model, seed }) => model === 'female' && seed === male.seed);
        return male.model === 'male' && female ? [{ male, female }] : [];
      });
      if (!maleProbability || pairs.length === 0) return [];
      const runs = pairs.map((pair) => routeAll(pair, maleProbability));
      const doubtful = runs.flatMap(({ hard }) => hard.rows.filter(({ id }) => isDoubtful(maleProbability[id]))).length;
      const counts = SYSTEMS.map((system) => {
        const right = runs.flatMap((run) => rightOf(run[system])).filter(Boolean).length;
        const loss = runs.reduce((sum, run) => sum + LOG_LOSS.ofProbabilities(run[system]), 0) / runs.length;
        return `${system} ${right} right, log loss ${loss.toFixed(3)}`;
      });
      const share = (run: Routed, system: (typeof SYSTEMS)[number]): number => {
        const right = rightOf(run[system]);
        return (100 * right.filter(Boolean).length) / right.length;
      };
      return [
        {
          measurements: SYSTEMS.map((system) => ({
            what: `${name}, ${system}`,
            values: runs.map((run) => share(run, system)),
          })),
          note: `${name}, ${runs.length} × ${runs[0].hard.rows.length} clips, ${doubtful} of them doubtful: ${counts.join('; ')}.`,
        },
      ];
    });
  record('routing-kept', {
    title: 'Routing of kept predictions',
    unit: '% right',
    measurements: found.flatMap(({ measurements }) => measurements),
    notes: ['Each report with the genders that it was routed by.', ...found.map(({ note }) => note)],
  });
}

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

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Argv } from 'yargs';
import { PARTS } from '../../data/clip.ts';
import { getProtocol } from '../../data/protocols/protocols.ts';
import { SerError } from '../../error.ts';
import { METRICS } from '../../eval/metrics/metrics.ts';
import { readReportJson } from '../../eval/reports/reportJson.ts';
import { overSeeds, type OverSeeds } from '../../eval/statistics/seeds.ts';
import { checkOutFolder, writeJson } from '../../files/files.ts';
import { count, finite } from '../../files/json.ts';
import { readBundle } from '../../train/bundle/bundle.ts';
import { type Recipe, RECIPES } from '../../train/families/recipes.ts';
import { FAMILIES } from '../../train/families/families.ts';
import type { EmotionModelName } from '../../train/families/members.ts';
import { changeMember } from '../../train/classifiers/stack/members.ts';
import { runCommands } from '../../train/processes.ts';
import { RECIPE_OPTION } from '../train/recipe.ts';
import type { Arguments } from '../lazily.ts';

/** The part of a seed's report.json that is used. */
const SCORES = v.object({ n: count, correct: count, figures: v.record(v.string(), v.object({ mean: finite })) });
const BY_PART = v.object({ male: SCORES, female: SCORES, combined: SCORES });
const REPORT = v.object({
  protocol: v.string(),
  systems: v.pipe(v.array(v.object({ parts: BY_PART })), v.minLength(1)),
});
type Scores = v.InferOutput<typeof SCORES>;
type Report = v.InferOutput<typeof REPORT>;

export const builder = (parser: Argv) =>
  parser
    .option('models', {
      ...RECIPE_OPTION,
      alias: 'model',
      describe:
        'Family of models whose recipe is followed (docs/models.md); reference: the pair of the reference system',
    })
    .option('seeds', {
      type: 'number',
      array: true,
      default: [1],
      describe: 'Seeds; the models of the family are trained with each',
    })
    .option('out', {
      type: 'string',
      defaultDescription: 'reports/reproduce, or reports/reproduce-FAMILY',
      describe: 'Folder for models and reports, with one folder per seed',
    })
    .option('epochs', {
      type: 'number',
      defaultDescription: 'those of the recipe',
      describe: 'Passes over the training rows, for a classifier that trains in epochs',
    })
    .option('resume', { type: 'boolean', default: true, describe: 'Continue an interrupted run' })
    .option('json', { type: 'boolean', default: false, describe: 'Print the summary as JSON' })
    .example('$0 reproduce', 'the default models, seed 1')
    .example('$0 reproduce --model reference', 'the pair of the reference system')
    .example('$0 reproduce --seeds 1 2 3 4 5', 'mean and standard deviation over five seeds');

export async function handler({
  models,
  seeds,
  epochs,
  resume,
  json,
  ...args
}: Arguments<typeof builder>): Promise<void> {
  const out = args.out ?? `reports/reproduce${models === 'default' ? '' : `-${models}`}`;
  checkOutFolder(out);
  if (!seeds.every(Number.isInteger)) throw new SerError('usage', `--seeds must be whole numbers; they are ${seeds.join(' ')}.`); // prettier-ignore
  if (epochs !== undefined && !(Number.isInteger(epochs) && epochs >= 1)) throw new SerError('usage', `--epochs must be a whole number, 1 or more; it is ${epochs}.`); // prettier-ignore
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const reports: Report[] = [];
  try {
    for (const seed of seeds) {
      const folder = join(out, `seed-${seed}`);
      const modelOf = (name: EmotionModelName) => join(folder, 'models', name);
      const toTrain = FAMILIES[models].models.filter((name) => !(resume && isTrained(modelOf(name), RECIPES[models])));
      const train = toTrain.map((name) => [
        ...['train', name, '--models', models, '--seed', String(seed)],
        ...(epochs === undefined ? [] : epochWords(RECIPES[models], epochs)),
        ...['--out', modelOf(name), ...(resume ? ['--resume'] : [])],
      ]);
      await runCommands(train, stop.signal);
      const report = join(folder, 'report');
      await runCommands([['eval', 'combined', '--models', join(folder, 'models'), '--out', report]], stop.signal);
      reports.push(readReportJson(report, 'report.json', REPORT));
      console.error(`seed ${seed}: ${describe(reports.at(-1)!)} → ${report}`);
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    console.error('stopped; the same command continues from here');
    process.exitCode = 130;
    return;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
  const summary = summarise(reports, seeds, `ser reproduce --models ${models} --seeds ${seeds.join(' ')}`);
  writeJson(join(out, 'summary.json'), summary);
  console.log(json ? JSON.stringify(summary, null, 2) : table(summary));
}

/** The words for so many epochs: of a stack, of each of its members. */
function epochWords({ members }: Recipe, epochs: number): string[] {
  if (typeof members !== 'string') return ['--epochs', String(epochs)];
  const names = members.split(',').map((member) => member.split(':')[0]);
  return ['--members', names.reduce((text, name) => changeMember(text, name, 'epochs', epochs), members)];
}

/** Whether an earlier run has trained this model, by the same recipe as far as the model tells. */
function isTrained(dir: string, { classifier, features }: Recipe): boolean {
  if (!existsSync(join(dir, 'bundle.json'))) return false;
  const bundle = readBundle(dir);
  return bundle.classifier === classifier && bundle.features.set === features;
}

function describe({ systems: [{ parts }] }: Report): string {
  const text = ({ figures, correct, n }: Scores): string => `${figures.accuracy.mean.toFixed(3)} (${correct}/${n})`;
  return `male ${text(parts.male)}, female ${text(parts.female)}, combined ${text(parts.combined)}`;
}

interface Summary {
  protocol: string;
  seeds: number[];
  command: string;
  results: ({ on: string; metric: string; n: number; values: number[] } & OverSeeds)[];
}

/** Mean and sample standard deviation over the seeds. */
function summarise(reports: readonly Report[], seeds: number[], command: string): Summary {
  const first = reports.at(0);
  if (!first) throw new SerError('usage', 'Give at least one seed.');
  const results = PARTS.flatMap((on) =>
    METRICS.map(({ name }) => {
      const values = reports.map(({ systems: [{ parts }] }) => parts[on].figures[name].mean);
      return { on, metric: name, n: first.systems[0].parts[on].n, ...overSeeds(values), values };
    }),
  );
  return { protocol: first.protocol, seeds, command, results };
}

function table({ protocol, seeds, results }: Summary): string {
  const spread = (sd: number | null): string => (sd === null ? '' : ` ± ${sd.toFixed(3)}`);
  const rows = results.map(
    ({ on, metric, n, mean, sd }) => `${on.padEnd(10)}${metric.padEnd(10)}${mean.toFixed(3)}${spread(sd)}  (n ${n})`,
  );
  const shared = getProtocol(protocol).shares.includes('speaker')
    ? ' (speakers overlap between training and test)'
    : '';
  const head = `protocol ${protocol}${shared}, seeds ${seeds.join(', ')}`;
  return [head, ...rows].join('\n');
}

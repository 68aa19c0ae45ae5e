import { SerError } from '../../error.ts';
import {
  BOOTSTRAP_DEFAULTS,
  type BootstrapOptions,
  type Interval,
  intervalOver,
  seedsDifference,
} from '../statistics/bootstrap.ts';
import { confusionOf } from '../metrics/confusion.ts';
import { mcnemar, type McNemar } from '../statistics/mcnemar.ts';
import { accuracy, macroF1, uar } from '../metrics/metrics.ts';
import { type Prediction, type Predictions } from './predictions.ts';
import { mean } from '../statistics/mean.ts';

/** A system to compare: its predictions with every seed, and what to call it. */
export interface ComparedSystem {
  name: string;
  /** All of the same clips. The seed is null where it is not known. */
  seeds: readonly (Predictions & { seed: number | null })[];
}

export interface ComparedFigure {
  /** Means over the seeds. */
  first: { value: number; interval: Interval | null };
  second: { value: number; interval: Interval | null };
  /** Second minus first, by the paired bootstrap. */
  difference: { value: number; interval: Interval | null };
}

/** Two systems on the clips that both have predictions for. */
export interface ReportComparison {
  first: SystemOf;
  second: SystemOf;
  /** Clips that are compared, and their speakers. */
  clips: number;
  speakers: number;
  uar: ComparedFigure;
  accuracy: ComparedFigure;
  macroF1: ComparedFigure;
  /** Mean recalls over the seeds; NaN for an emotion without clips. */
  recalls: { label: string; clips: number; first: number; second: number }[];
  /** Over the clips, each system with its first seed. */
  mcnemar: McNemar;
  interval: Required<BootstrapOptions> & { over: 'speakers' };
}

interface SystemOf {
  name: string;
  protocol: string;
  /** Clips of the report, compared or not. */
  clips: number;
  /** null where the report doesn't know it. */
  seeds: (number | null)[];
}

export interface CompareOptions extends BootstrapOptions {
  /** Compare on the clips that both have, where the protocols or the clips differ. */
  common?: boolean;
}

/**
 * Sets two systems side by side.
 * @throws {SerError} `usage` if the protocols or the clips differ without `common`, or no clip is in both; `table` if the reports contradict
 * each other about a clip or have other labels
 */
export function compareReports(
  first: ComparedSystem,
  second: ComparedSystem,
  { common = false, ...options }: CompareOptions = {},
): ReportComparison {
  const bootstrap = { ...BOOTSTRAP_DEFAULTS, ...options };
  const [one, other] = [first.seeds[0], second.seeds[0]];
  const ids = commonIds(first, second, common);
  const { labels } = one;
  if (labels.length !== other.labels.length || labels.some((label) => !other.labels.includes(label)))
    throw new SerError('table', `${first.name} has the labels ${labels.join(', ')}; ${second.name} has ${other.labels.join(', ')}.`); // prettier-ignore
  const [a, b] = [first, second].map(({ seeds }) => seeds.map(({ rows }) => ({ labels, rows: pick(rows, ids) })));
  checkSameClips(first, second, a[0].rows, b[0].rows);
  const confusions = [a, b].map((seeds) => seeds.map(confusionOf));

  const compare = (figure: (confusion: number[][]) => number): ComparedFigure => {
    const over = (all: readonly number[][][]): number => mean(all.map(figure));
    const [va, vb] = confusions.map(over);
    const { difference, interval } = seedsDifference(a, b, figure, { ...bootstrap, paired: true });
    return {
      first: { value: va, interval: intervalOver([a], over, bootstrap) },
      second: { value: vb, interval: intervalOver([b], over, bootstrap) },
      difference: { value: difference, interval },
    };
  };
  const right = ([{ rows }]: typeof a): boolean[] => rows.map((row) => row.predicted === row.label);
  const systemOf = ({ name, seeds }: ComparedSystem): SystemOf => ({
    ...{ name, protocol: seeds[0].protocol, clips: seeds[0].rows.length },
    seeds: seeds.map(({ seed }) => seed),
  });
  return {
    first: systemOf(first),
    second: systemOf(second),
    clips: ids.length,
    speakers: new Set(a[0].rows.map((row) => row.speaker)).size,
    uar: compare(uar),
    accuracy: compare(accuracy),
    macroF1: compare(macroF1),
    recalls: labels.map((label, i) => {
      const clips = confusions[0][0][i].reduce((sum, count) => sum + count, 0);
      const [x, y] = confusions.map((all) => mean(all.map((confusion) => confusion[i][i] / clips)));
      return { label, clips, first: x, second: y };
    }),
    mcnemar: mcnemar(right(a), right(b)),
    interval: { ...bootstrap, over: 'speakers' },
  };
}

/** In the order of the first. */
function commonIds(first: ComparedSystem, second: ComparedSystem, common: boolean): string[] {
  const [a, b] = [first.seeds[0], second.seeds[0]];
  const remedy = 'Give --common to compare them on the clips that both have.';
  if (a.protocol !== b.protocol && !common)
    throw new SerError('usage', `${first.name} was tested under ${a.protocol}, ${second.name} under ${b.protocol}: their models learnt from other clips. ${remedy}`); // prettier-ignore
  const inSecond = new Set(b.rows.map((row) => row.id));
  const ids = a.rows.map((row) => row.id).filter((id) => inSecond.has(id));
  const [onlyFirst, onlySecond] = [a.rows.length - ids.length, b.rows.length - ids.length];
  if (ids.length === 0) throw new SerError('usage', `${first.name} and ${second.name} have no clip in common.`);
  if (onlyFirst + onlySecond > 0 && !common)
    throw new SerError('usage', `${ids.length} clips are in both; ${onlyFirst} are in ${first.name} only, ${onlySecond} in ${second.name} only. ${remedy}`); // prettier-ignore
  return ids;
}

function pick(rows: readonly Prediction[], ids: readonly string[]): Prediction[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id)!);
}

function checkSameClips(
  first: ComparedSystem,
  second: ComparedSystem,
  a: readonly Prediction[],
  b: readonly Prediction[],
): void {
  for (const what of ['label', 'speaker'] as const) {
    const i = a.findIndex((row, at) => row[what] !== b[at][what]);
    if (i >= 0)
      throw new SerError('table', `the clip ${a[i].id} has the ${what} ${a[i][what]} in ${first.name}, but ${b[i][what]} in ${second.name}: they were not tested on the same data.`); // prettier-ignore
  }
}

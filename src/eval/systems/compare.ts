import { expectArgument, isObject } from '../../messages/arguments.ts';
import { SerError } from '../../error.ts';
import { accuracy } from '../metrics/accuracy.ts';
import { uar } from '../metrics/uar.ts';
import { type BootstrapOptions, type Estimate, estimatesOver } from '../statistics/bootstrap.ts';
import { mean } from '../statistics/mean.ts';
import { mcnemar, type McNemar } from '../statistics/mcnemar.ts';
import { countSpeakers, expectScored, type Prediction, rightOf } from './predictions.ts';
import { differencesOf, intervalOptions, type IntervalOptions, type PartScores, scorePart } from './scores.ts';
import type { Run, System } from './systems.ts';

/** Two systems on the same clips. */
export interface Comparison {
  first: string;
  second: string;
  /** For each metric: second minus first, means over the seeds; intervals by paired bootstrap. */
  differences: Record<string, Estimate>;
  /** Over the clips, with the first seed of each system. */
  mcnemar: McNemar;
  /** Share of clips whose predicted label differs in the second system, with the first seeds and its interval. */
  changed: Estimate & { clips: number };
}

/**
 * @param first, second  of the same clips in the same order
 * @example
 * const rows = [['angry', 'angry', 0.9], ['angry', 'calm', 0.4], ['calm', 'calm', 0.2], ['calm', 'calm', 0.3]].map(
 *   ([label, predicted, p], i) => ({ id: `clip ${i}`, speaker: `speaker ${i % 2}`, gender: 'female', label, predicted, probabilities: [p, 1 - p] }),
 * );
 * const flipped = rows.map((row) => ({ ...row, predicted: 'calm', probabilities: [0.1, 0.9] }));
 * const [first, second] = [rows, flipped].map((rows, i) => ({ name: `system ${i}`, runs: [{ protocol: 'loso', labels: ['angry', 'calm'], rows }] }));
 * const comparison = compareSystems(first, second);
 * comparison.differences.uar.value // → -0.25
 * comparison.mcnemar // → { onlyFirst: 1, onlySecond: 0, p: 1 }
 */
export function compareSystems(
  first: Pick<System, 'name' | 'runs'>,
  second: Pick<System, 'name' | 'runs'>,
  options: BootstrapOptions = {},
): Comparison {
  for (const [which, system] of Object.entries({ first, second })) {
    const hasRuns = isObject(system) && Array.isArray(system.runs) && system.runs.length > 0;
    expectArgument(hasRuns, `compareSystems: ${which}`, 'a system: { name, runs }, a run being predictions', system);
    for (const run of system.runs) expectScored(run, `compareSystems: a run of ${which}`);
  }
  const [[a], [b]] = [first.runs, second.runs];
  if (a.rows.some(({ id }, i) => b.rows[i]?.id !== id) || a.rows.length !== b.rows.length)
    throw new SerError('table', 'The two systems have other clips, or in another order: compare predictions of the same ones.'); // prettier-ignore
  // With the first system's predictions as the truth, errors are changes.
  const against = { ...b, rows: b.rows.map((row, i) => ({ ...row, label: a.rows[i].predicted })) };
  const [changed] = estimatesOver([[against]], ([confusion]) => [1 - accuracy(confusion)], options);
  return {
    first: first.name,
    second: second.name,
    differences: differencesOf(first.runs, second.runs, { ...options, paired: true }),
    mcnemar: mcnemar(rightOf(a), rightOf(b)),
    changed: { ...changed, clips: rightOf(against).filter((same) => !same).length },
  };
}

/**
 * The UAR of the second system as a share of the first one's, means over the seeds; the interval by paired bootstrap. NaN if the first has nothing right.
 * @param first, second  of the same clips in the same order
 */
export function uarShare(
  first: Pick<System, 'runs'>,
  second: Pick<System, 'runs'>,
  options: BootstrapOptions = {},
): Estimate {
  const count = first.runs.length;
  const meanUar = (confusions: number[][][]): number => mean(confusions.map(uar));
  const share = (all: number[][][]): number[] => {
    const [whole, left] = [all.slice(0, count), all.slice(count)].map(meanUar);
    return [whole === 0 ? NaN : left / whole];
  };
  return estimatesOver([[...first.runs, ...second.runs]], share, options)[0];
}

/** A system of a report. */
export type ComparedSystem = Pick<System, 'name' | 'runs'>;

/** Two systems of two reports, on the clips for which both have predictions. */
export interface ReportComparison extends Omit<Comparison, 'first' | 'second'> {
  first: SystemOf;
  second: SystemOf;
  /** Numbers of compared clips and their speakers. */
  clips: number;
  speakers: number;
  interval: IntervalOptions;
}

interface SystemOf {
  name: string;
  protocol: string;
  /** Clips of the report, compared or not. */
  clips: number;
  /** null if the report does not contain it. */
  seeds: (number | null)[];
  /** On the compared clips. */
  scores: PartScores;
}

export interface CompareOptions extends BootstrapOptions {
  /** Whether to compare on the common clips if the protocols or the clips differ. */
  common?: boolean;
}

/**
 * Compares two systems.
 * @throws {SerError} `usage` if the protocols or the clips differ without `common`, or there are no common clips; `table` if the reports contradict
 * each other about a clip or have different labels
 */
export function compareReports(
  first: ComparedSystem,
  second: ComparedSystem,
  { common = false, ...options }: CompareOptions = {},
): ReportComparison {
  const ids = commonIds(first, second, common);
  const [{ labels }] = first.runs;
  const [{ labels: others }] = second.runs;
  if (labels.length !== others.length || labels.some((label) => !others.includes(label)))
    throw new SerError('table', `${first.name} has the labels ${labels.join(', ')}; ${second.name} has ${others.join(', ')}.`); // prettier-ignore
  const [a, b] = [first, second].map(({ name, runs }) => ({ name, runs: runs.map((run) => pick(run, labels, ids)) }));
  checkSameClips(a, b);
  const systemOf = ({ name, runs }: ComparedSystem, compared: readonly Run[]): SystemOf => ({
    ...{ name, protocol: runs[0].protocol, clips: runs[0].rows.length },
    seeds: runs.map(({ seed }) => seed),
    scores: scorePart(compared, options),
  });
  return {
    ...compareSystems(a, b, options),
    first: systemOf(first, a.runs),
    second: systemOf(second, b.runs),
    clips: ids.length,
    speakers: countSpeakers(a.runs[0].rows),
    interval: intervalOptions(options),
  };
}

/** In the order of the first. */
function commonIds(first: ComparedSystem, second: ComparedSystem, common: boolean): string[] {
  const [[a], [b]] = [first.runs, second.runs];
  const remedy = 'Give --common to compare them on the clips that both have.';
  if (a.protocol !== b.protocol && !common)
    throw new SerError('usage', `${first.name} was tested under ${a.protocol}, ${second.name} under ${b.protocol}: their models were trained on different clips. ${remedy}`); // prettier-ignore
  const inSecond = new Set(b.rows.map((row) => row.id));
  const ids = a.rows.map((row) => row.id).filter((id) => inSecond.has(id));
  const [onlyFirst, onlySecond] = [a.rows.length - ids.length, b.rows.length - ids.length];
  if (ids.length === 0) throw new SerError('usage', `${first.name} and ${second.name} have no clip in common.`);
  if (onlyFirst + onlySecond > 0 && !common)
    throw new SerError('usage', `${ids.length} clips are in both; ${onlyFirst} are in ${first.name} only, ${onlySecond} in ${second.name} only. ${remedy}`); // prettier-ignore
  return ids;
}

/** The predictions for some clips, in their order, with the probabilities in the order of `labels`. */
function pick(run: Run, labels: readonly string[], ids: readonly string[]): Run {
  const byId = new Map(run.rows.map((row) => [row.id, row]));
  const columns = labels.map((label) => run.labels.indexOf(label));
  const rows = ids.map((id): Prediction => {
    const row = byId.get(id)!;
    return { ...row, probabilities: columns.map((column) => row.probabilities[column]) };
  });
  return { ...run, labels, rows };
}

function checkSameClips(first: ComparedSystem, second: ComparedSystem): void {
  const [a, b] = [first, second].map(({ runs: [{ rows }] }) => rows);
  for (const what of ['label', 'speaker'] as const) {
    const i = a.findIndex((row, at) => row[what] !== b[at][what]);
    if (i >= 0)
      throw new SerError('table', `the clip ${a[i].id} has the ${what} ${a[i][what]} in ${first.name}, but ${b[i][what]} in ${second.name}: they were not tested on the same data.`); // prettier-ignore
  }
}

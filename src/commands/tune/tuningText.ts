import { textTable } from '../../eval/text/comparisonWords.ts';
import { typedName, typedText } from '../../train/classifiers/options.ts';
import { type Tuning, valuesOf } from '../../train/tune/tuning.ts';
import { typedOptions } from '../classifierOptions.ts';
import { commandLine } from '../commandLine.ts';
import { crossWords } from '../eval/crossOptions.ts';
import type { Arguments } from '../lazily.ts';
import type { builder } from './tune.ts';

/** Trials of a fold that are shown; all of them are in trials.csv. */
const SHOWN = 5;

/** The best trials of each fold, the options that were chosen, and the command that scores them on test clips. */
export function tuningText(tuning: Tuning, args: Arguments<typeof builder>, out: string): string {
  const tables = tuning.folds.map((fold) => `${fold.name}\n${trialsTable(fold.trials, tuning)}`);
  const chosen = tuning.folds.map(({ name, options }) => `${name}: ${wordsOf(options) || 'the defaults'}`);
  return [
    ...tables,
    ['chosen, on training clips alone:', ...chosen].join('\n'),
    `trials and chart: ${out}`,
    ...(args.fold ? [] : [`score them on the test clips: ${commandLine([], crossWords({ ...args, tuned: out }))}`]),
  ].join('\n\n');
}

function trialsTable(trials: Tuning['folds'][number]['trials'], tuning: Tuning): string {
  const { halving } = tuning;
  const names = Object.keys(tuning.space);
  const shown = trials.filter(({ trial }, i) => i < SHOWN || trial === 1);
  const head = ['trial', 'UAR', 'sd', 'log loss', 'seconds', ...(halving ? ['budget'] : []), ...names.map(typedName)];
  const rows = shown.map(({ trial, uar, sd, logLoss, seconds, share, options }) => [
    String(trial),
    ...[uar, sd, logLoss].map((value) => (value === null ? '–' : value.toFixed(3))),
    seconds.toFixed(1),
    ...(halving ? [share === 1 ? '1' : `1/${Math.round(1 / share)}`] : []),
    ...Object.values(valuesOf(tuning, options)).map(typedText),
  ]);
  const hidden = trials.length - shown.length;
  return `${textTable([head, ...rows])}${hidden > 0 ? `\n… and ${hidden} more in trials.csv` : ''}`;
}

/** Options as they are typed. */
const wordsOf = (options: Record<string, unknown>): string =>
  Object.entries(typedOptions(options))
    .map(([name, value]) => `${name.length === 1 ? '-' : '--'}${name} ${[value].flat().join(' ')}`)
    .join(' ');

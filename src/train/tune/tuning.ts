import { statSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { SerError } from '../../error.ts';
import { toCsv } from '../../files/csv.ts';
import { readText } from '../../files/files.ts';
import { count, finite, parseJson } from '../../files/json.ts';
import type { Protocol } from '../../data/protocols/protocol.ts';
import { hashIds } from '../../data/tables/table.ts';
import type { TableRows } from '../../data/tables/tableRows.ts';
import { getClassifier } from '../classifiers/classifiers.ts';
import { optionsOf, typedText } from '../classifiers/options.ts';

/** In the folder of a search. */
export const TUNING_FILE = 'tuning.json';

const OPTIONS = v.record(v.string(), v.unknown());

/** What a search has found. */
const TUNING = v.object({
  protocol: v.string(),
  model: v.string(),
  classifier: v.string(),
  /** Options of the classifier that were not searched. */
  given: OPTIONS,
  /** Searched options: a range or choices each. */
  space: OPTIONS,
  trials: count,
  halving: v.boolean(),
  innerFolds: count,
  innerBy: v.picklist(['speaker', 'clip']),
  seed: finite,
  command: v.string(),
  folds: v.array(
    v.object({
      name: v.string(),
      /** Hash of the ids of its test clips, which the search has not seen. */
      testClips: v.string(),
      /** The chosen options, for training on all of its training clips: given and searched ones. */
      options: OPTIONS,
      /** The best first. */
      trials: v.array(
        v.object({
          trial: count,
          options: OPTIONS,
          share: finite,
          uar: finite,
          sd: v.nullable(finite),
          inner: v.array(finite),
          logLoss: finite,
          seconds: finite,
        }),
      ),
    }),
  ),
});
export type Tuning = v.InferOutput<typeof TUNING>;

/** @param path  the folder of a search, or its `tuning.json`. @throws {SerError} `usage` if it is none */
export function readTuning(path: string): Tuning {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory();
  const file = isFolder ? join(path, TUNING_FILE) : path;
  return parseJson(readText(file, 'usage'), TUNING, file, 'usage');
}

/**
 * The chosen options of each fold of a cross-validation, by its name.
 * @throws {SerError} `usage` if the search was of another protocol, kind of model or classifier, or has no options for a fold or for these test clips
 */
export function tunedOptions(
  tuning: Tuning,
  {
    protocol,
    model,
    classifier,
    table,
  }: { protocol: Protocol; model: string; classifier: string; table: Pick<TableRows, 'clips'> },
): Map<string, Record<string, unknown>> {
  const asked = { protocol: protocol.name, model, classifier };
  for (const what of ['protocol', 'model', 'classifier'] as const) {
    if (tuning[what] === asked[what]) continue;
    throw new SerError('usage', `The options were tuned for --${what} ${tuning[what]}, not for ${asked[what]}.`);
  }
  const folds = protocol.folds(table.clips.filter((clip) => clip.copy === 0));
  return new Map(
    folds.map(({ name, test }) => {
      const found = tuning.folds.find((fold) => fold.name === name);
      if (!found) throw new SerError('usage', `No options were tuned for "${name}" of ${protocol.name}: run \`ser tune\` for all folds.`); // prettier-ignore
      if (found.testClips !== hashIds(test)) {
        throw new SerError('usage', `The test clips of "${name}" are others than when its options were tuned, so that they may have been chosen with them: run \`ser tune\` with this table.`); // prettier-ignore
      }
      return [name, found.options];
    }),
  );
}

/** The values of the searched options in a trial; trial 1 has those given, or by default. Members of a stack have theirs where it says so. */
export function valuesOf(
  { classifier, given, space }: Pick<Tuning, 'classifier' | 'given' | 'space'>,
  options: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const usual = optionsOf(getClassifier(classifier)).map(([name, option]) => [name, option.default]);
  const all: Record<string, unknown> = { ...Object.fromEntries(usual), ...given, ...options };
  return Object.fromEntries(Object.keys(space).map((name) => [name, all[name] ?? 'as given']));
}

/** One row a trial and fold, the best of each fold first. */
export function trialsCsv(tuning: Tuning): string {
  const { folds } = tuning;
  const options = Object.keys(tuning.space);
  const inner = folds[0].trials[0].inner.map((_, i) => `uar inner ${i + 1}`);
  const head = ['fold', 'rank', 'trial', ...options, 'share', 'uar', 'uar sd', ...inner, 'log loss', 'seconds'];
  const rows = folds.flatMap(({ name, trials }) =>
    trials.map(({ trial, options: own, share, uar, sd, inner, logLoss, seconds }, i) => [
      ...[name, i + 1, trial],
      ...Object.values(valuesOf(tuning, own)).map(typedText),
      ...[share, uar, sd ?? '', ...inner, logLoss, seconds],
    ]),
  );
  return toCsv([head, ...rows]);
}

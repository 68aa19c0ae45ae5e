import { join } from 'node:path';
import { featureSet } from '../../data/embeddings/load.ts';
import { SerError } from '../../error.ts';
import { argmax } from '../../argmax.ts';
import type { Prediction, Predictions } from '../../eval/systems/predictions.ts';
import { inputOf } from '../../features/inputs.ts';
import { sha256 } from '../../sha256.ts';
import { betterMean, memberTemperature } from '../classifiers/stack/choose.ts';
import { calibrated, combine, type Combination } from '../classifiers/stack/combine.ts';
import { type StackHeader, writeStack } from '../classifiers/stack/files.ts';
import { stackProbabilities, type StackNotes } from '../classifiers/stack/stack.ts';
import { type FoldContext, type FoldTask, type MemberTask, type TrainedFold, trainOne, type TrainOptions } from '../trainFold.ts'; // prettier-ignore

/**
 * Trains a stack whose members learn from tables of their own: each as it would alone, with the same clips held out. The mean of their calibrated
 * probabilities, or of the logarithms of these, is the answer; temperatures and the kind of mean are chosen on the validation clips. Where only some
 * members know a held-out row, such as a copy of a clip, that is their mean, which is a little less often right than that of all.
 * @throws {SerError} `usage` for options that such a stack does not have; else as `trainFold`
 */
export async function trainMembers(
  task: FoldTask & { members: readonly MemberTask[] },
  given: TrainOptions,
  { checkpoints, onProgress, ...context }: FoldContext,
): Promise<TrainedFold> {
  const { members, table, fold, protocol } = task;
  const { inputs = [] } = featureSet(table.featureSet);
  const { members: text, combine: kind, memberFolds, ...common } = given;
  if (task.start || common.speakerAdapt || kind === 'regression' || memberFolds !== undefined) {
    throw new SerError('usage', 'Members with features of their own have no --from, no --speaker-adapt and no regression: leave that out.'); // prettier-ignore
  }
  const fits: TrainedFold[] = [];
  for (const [i, { classifier, options, ...data }] of members.entries()) {
    fits.push(
      await trainOne(
        { ...data, fold, protocol, classifier },
        { ...common, ...options },
        {
          ...context,
          checkpoints: checkpoints && join(checkpoints, `member-${i + 1}`),
          onProgress:
            onProgress &&
            (({ done, total, text }, phase) => {
              const part = (2 * i + (phase === 'refit' ? 1 : 0) + done / total) / (2 * members.length);
              onProgress(
                { done: Math.round(1000 * part), total: 1000, text: `${classifier.name}: ${text ?? phase}` },
                phase,
              );
            }),
        },
      ),
    );
  }
  const [{ labels, unseen }] = fits;
  const temperatures = fits.map(({ validation: { rows } }) =>
    memberTemperature(rows.map((row) => ({ ...row, label: labels.indexOf(row.label) }))),
  );
  const probabilitiesOf = (row: Prediction, member: number): number[] =>
    calibrated(Float32Array.from(row.probabilities), labels.length, temperatures[member])[0];
  const validation = alignedRows(fits.map((fit) => fit.validation));
  const combination: Combination = betterMean({
    rows: validation.map((own) => own.map((row, member) => probabilitiesOf(row!, member))),
    samples: { y: Uint8Array.from(validation, ([row]) => labels.indexOf(row!.label)) },
  });
  const answered = (rows: readonly (readonly (Prediction | undefined)[])[]): Prediction[] =>
    rows.map((own) => {
      const known = own.flatMap((row, member) => (row ? [probabilitiesOf(row, member)] : []));
      const probabilities = combine(known, combination);
      return { ...own[0]!, probabilities, predicted: labels[argmax(probabilities)] };
    });

  const header: StackHeader = {
    members: members.map(({ classifier, table }, i) => ({
      classifier: classifier.name,
      temperature: temperatures[i],
      input: inputs.findIndex(({ name }) => name === table.featureSet),
      scaler: fits[i].scaler,
    })),
    combination,
    inputs: inputs.map(inputOf),
  };
  const models = fits.map(({ model }, i) => ({
    classifier: members[i].classifier,
    predictProba: (x: Float32Array, frames?: Uint32Array) => model.predictProba(x, frames),
  }));
  const shape = { level: table.frames ? ('frames' as const) : ('functionals' as const), features: table.names.length, classes: labels.length }; // prettier-ignore
  const notes: StackNotes = {
    members: fits.map(({ notes, history }, i) => ({ temperature: temperatures[i], notes, history })),
    combination,
  };
  const { options, ...first } = fits[0];
  const shared = Object.entries(options).filter(([name]) => !Object.hasOwn(members[0].options, name));
  return {
    labels,
    notes,
    options: { ...Object.fromEntries(shared), members: text },
    description: task.classifier!.describe({ notes }, { members: text }),
    // The members standardise their inputs themselves.
    scaler: { mean: table.names.map(() => 0), scale: table.names.map(() => 1) },
    validation: { ...first.validation, rows: answered(validation) },
    unseen: { ...unseen, rows: answered(alignedRows(fits.map((fit) => fit.unseen))) },
    data: { ...first.data, sha256: sha256(fits.map(({ data }) => data.sha256).join()) },
    model: {
      predictProba: stackProbabilities(models, header, shape),
      files: async () => writeStack(header, await Promise.all(fits.map(({ model }) => model.files()))),
    },
  };
}

/** For each row of the first predictions those of all for the same clip and copy, which are in the same order wherever they are. */
function alignedRows([first, ...others]: readonly Predictions[]): (Prediction | undefined)[][] {
  const keysOf = ({ rows }: Predictions): string[] => {
    const seen = new Map<string, number>();
    return rows.map(({ id }) => {
      const copy = seen.get(id) ?? 0;
      seen.set(id, copy + 1);
      return `${id}/${copy}`;
    });
  };
  const known = others.map((own) => {
    const keys = keysOf(own);
    return new Map(own.rows.map((row, i) => [keys[i], row]));
  });
  return keysOf(first).map((key, i) => [first.rows[i], ...known.map((own) => own.get(key))]);
}

import { createRandom } from '../../../random.ts';
import { fitScaler } from '../../bundle/scaler.ts';
import type { Fit, FitContext, FitNotes, FittedModel, Samples, Shape } from '../classifier.ts';
import { betterMean, chooseRegression, type KnownRows, memberTemperature } from './choose.ts';
import { calibrated, type Combination } from './combine.ts';
import { type StackHeader, writeStack } from './files.ts';
import { frameStatistics } from './frameStatistics.ts';
import { groupFolds, selectSamples } from './groupFolds.ts';
import { type Member, memberShape, statisticsOf, takesStatistics } from './members.ts';
import { stackProbabilities, type StackNotes, type StackOptions } from './stack.ts';

/**
 * `Classifier.fit`: trains the members, finds a temperature for each on the validation rows, and decides how they are combined. A refit
 * trains the members again and keeps the rest.
 */
export async function fitStack(
  members: readonly Member[],
  shape: Shape,
  train: Samples,
  validation: Samples | undefined,
  options: StackOptions,
  context: FitContext<StackNotes>,
): Promise<Fit<StackNotes>> {
  const { classes } = shape;
  const course = context.refitOf?.notes;
  const isRegression = options.combine === 'regression' && !course;
  const shapes = members.map(({ classifier }) => memberShape(classifier, shape));
  const scaler = members.some(({ classifier }) => takesStatistics(classifier, shape))
    ? fitScaler(frameStatistics(train.x, train.frames!, shape.features), 2 * shape.features)
    : undefined;
  const parts = isRegression
    ? groupFolds(train, options.memberFolds, createRandom(`${context.seed}/member folds`))
    : undefined;

  const rowsOf = (member: number, { frames, ...rows }: Samples): Samples => {
    if (!takesStatistics(members[member].classifier, shape)) return { ...rows, ...(frames && { frames }) };
    return { ...rows, ...statisticsOf({ x: rows.x, frames }, scaler!) };
  };
  const nextRun = runsOf(members.length * (1 + (parts ? Math.max(...parts) + 1 : 0)), context);
  const fitMember = (member: number, rows: Samples, held?: Samples, refitOf?: FitNotes<unknown>) => {
    const { classifier, options: own } = members[member];
    const run = { ...context, ...nextRun(classifier.name), refitOf };
    return classifier.fit(shapes[member], rowsOf(member, rows), held && rowsOf(member, held), own, run);
  };
  const predict = (member: number, model: FittedModel, samples: Samples): Float32Array => {
    const { x, frames } = rowsOf(member, samples);
    return model.predictProba(x, frames);
  };

  const fits: Fit<unknown>[] = [];
  for (const member of members.keys()) {
    fits.push(await fitMember(member, train, validation, course?.members[member]));
  }
  const held = validation && fits.map(({ model }, member) => predict(member, model, validation));
  const temperatures = fits.map((_, member) => {
    if (course) return course.members[member].temperature;
    return validation && held ? temperatureOf(held[member], validation, classes) : 1;
  });
  const known = (answers: readonly Float32Array[], samples: Samples): KnownRows => {
    const own = answers.map((one, member) => calibrated(one, classes, temperatures[member]));
    return { rows: own[0].map((_, row) => own.map((member) => member[row])), samples };
  };
  const validated = validation && held && known(held, validation);
  let choice: { combination: Combination; penalty?: number } = { combination: { kind: 'probability' } };
  if (course) choice = course;
  else if (parts) {
    const unknown = members.map(() => new Float32Array(train.y.length * classes));
    for (let part = 0; part <= Math.max(...parts); part++) {
      const [learnt, asked] = [false, true].map((own) => selectSamples(train, (row) => (parts[row] === part) === own));
      const places = Array.from(parts.keys()).filter((row) => parts[row] === part);
      for (const member of members.keys()) {
        const { model } = await fitMember(member, learnt, undefined, fits[member]);
        const answers = predict(member, model, asked);
        places.forEach((row, i) =>
          unknown[member].set(answers.subarray(i * classes, (i + 1) * classes), row * classes),
        );
      }
    }
    choice = chooseRegression(known(unknown, train), validated, classes);
  } else if (validated) choice = { combination: betterMean(validated) };

  const header: StackHeader = {
    members: members.map(({ classifier }, i) => ({ classifier: classifier.name, temperature: temperatures[i] })),
    combination: choice.combination,
    scaler,
  };
  const models = fits.map(({ model }, i) => ({
    classifier: members[i].classifier,
    predictProba: (x: Float32Array, frames?: Uint32Array) => model.predictProba(x, frames),
  }));
  return {
    model: {
      predictProba: stackProbabilities(models, header, shape),
      files: async () => writeStack(header, await Promise.all(fits.map(({ model }) => model.files()))),
    },
    notes: {
      members: fits.map(({ notes, history }, i) => ({ temperature: temperatures[i], notes, history })),
      ...{ combination: choice.combination, penalty: choice.penalty },
    },
  };
}

function temperatureOf(probabilities: Float32Array, { y, weights }: Samples, classes: number): number {
  const rowOf = (row: number): number[] => Array.from(probabilities.subarray(row * classes, (row + 1) * classes));
  return memberTemperature(
    Array.from(y, (label, row) => ({ probabilities: rowOf(row), label, weight: weights?.[row] })),
  );
}

/** The context of each run of a member in turn: its share of the progress, and a checkpoint of its own. */
function runsOf(
  total: number,
  { checkpoint, onProgress }: Pick<FitContext, 'checkpoint' | 'onProgress'>,
): (name: string) => Pick<FitContext, 'checkpoint' | 'onProgress'> {
  let runs = 0;
  return (name) => {
    const before = runs++;
    return {
      checkpoint: checkpoint && `${checkpoint}-${runs}`,
      onProgress:
        onProgress &&
        (({ done, total: own, text }) => {
          const percent = Math.round(100 * (before + done / own));
          onProgress({ done: percent, total: 100 * total, text: text ? `${name}: ${text}` : name });
        }),
    };
  };
}

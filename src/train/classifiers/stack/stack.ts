import * as v from 'valibot';
import { SerError } from '../../../error.ts';
import { unpackInputs } from '../../../features/inputs.ts';
import { count } from '../../../files/json.ts';
import { applyScaler } from '../../bundle/scaler.ts';
import { noveltyOf } from '../../bundle/selective.ts';
import type { Classifier, Epoch, LoadedClassifier, OpenedClassifier, Shape } from '../classifier.ts';
import { calibrated, combine, type Combination } from './combine.ts';
import { readStack, type StackHeader } from './files.ts';
import { changeMember, memberShape, parseMembers, statisticsOf, takesStatistics } from './members.ts';

export interface StackOptions {
  /** The members: classifiers by name, each with its options after colons, such as `svm:C=10,forest`. */
  members: string;
  /**
   * `mean`: the mean of the members' calibrated probabilities, or of their logarithms, whichever has the lower loss on the validation
   * rows. `regression`: a multinomial regression on probabilities for training speakers from whom the members did not learn.
   */
  combine: 'mean' | 'regression';
  /** Parts into which the training speakers are cut for the regression; members learn from all parts but one at a time. */
  memberFolds: number;
}

export interface StackNotes {
  /** Temperature, notes and epochs of each member. */
  members: { temperature: number; notes: unknown; history?: readonly Epoch[] }[];
  combination: Combination;
  /** Of the regression. */
  penalty?: number;
}

const DEFAULT_MEMBERS = 'svm,forest,boosting';

/**
 * Several classifiers whose calibrated probabilities become one distribution. Those that take vectors get means and deviations over time
 * in a stack of frames.
 * @param known  returns the classifiers that may be members
 */
export const createStack = (known: () => readonly Classifier[]): Classifier<StackOptions, StackNotes> => ({
  name: 'stack',
  accepts: ['functionals', 'frames'],
  augmentation: false,
  options: {
    members: {
      schema: v.string(),
      default: DEFAULT_MEMBERS,
      describe: 'Members of the stack, each with its options: svm:C=10,forest,boosting:tree-depth=3',
    },
    combine: {
      schema: v.picklist(['mean', 'regression']),
      default: 'mean',
      describe: 'The mean of the members, or a regression on their probabilities for training speakers unknown to them',
      search: { choices: ['mean', 'regression'] },
    },
    memberFolds: {
      schema: v.pipe(count, v.minValue(2, 'must be 2 or more')),
      default: 4,
      describe: 'Parts of the training speakers for the regression',
    },
  },
  members: {
    of: ({ members = DEFAULT_MEMBERS }) => parseMembers(members, known()).map(({ classifier }) => classifier),
    change: ({ members = DEFAULT_MEMBERS, ...others }, member, option, value) => ({
      ...others,
      members: changeMember(members, member, option, value),
    }),
  },
  fit: async (shape, train, validation, options, context) => {
    const members = parseMembers(options.members, known());
    const own = members.find(({ of }) => of);
    if (own) throw new SerError('usage', `The member ${own.classifier.name} has features of its own (of=${own.of}): give the tables of each member, as \`ser train\` does.`); // prettier-ignore
    return (await import('./fit.ts')).fitStack(members, shape, train, validation, options, context);
  },
  describe({ notes: { members, combination, penalty } }, options) {
    const own = parseMembers(options.members, known());
    const temperatures = members.map(({ temperature }) => temperature.toFixed(2)).join(', ');
    const texts = own.map(({ classifier, options }, i) => `- ${classifier.name}: ${classifier.describe(members[i], options)}`); // prettier-ignore
    return (
      `A stack of ${own.length} models, each calibrated by a temperature found on the validation clips (${temperatures}). Its probabilities are ` +
      `${COMBINATION_TEXT[combination.kind]}${penalty === undefined ? '' : ` (penalty ${penalty})`}.\n\n${texts.join('\n')}`
    );
  },
  open(files, shape) {
    const { files: own, ...header } = readStack(files, shape);
    const models = header.members.map(({ classifier: name }, i) => {
      const classifier = known().find((one) => one.name === name);
      if (!classifier) throw new SerError('model', `${files.dir}/stack.json: there is no classifier "${name}".`);
      if (!header.inputs && takesStatistics(classifier, shape) && !header.scaler) {
        throw new SerError('model', `${files.dir}/stack.json: \`scaler\` is missing, which its member ${name} needs.`);
      }
      const input = header.inputs?.[header.members[i].input!];
      return {
        classifier,
        ...classifier.open(own[i], input ? { ...shape, ...input } : memberShape(classifier, shape)),
      };
    });
    const weights = header.combination.kind === 'regression' ? header.combination.weights.length : 0;
    const parameters = models.reduce((sum, model) => sum + model.parameters, weights);
    const novelty = stackNovelty(header);
    return { predictProba: stackProbabilities(models, header, shape), parameters, ...(novelty && { novelty }) };
  },
});

const COMBINATION_TEXT: Record<Combination['kind'], string> = {
  probability: 'the mean of theirs',
  logarithm: 'the mean of the logarithms of theirs, normalised',
  regression:
    'those of a multinomial regression on the logarithms of theirs, fitted to training speakers from whom the members had not learnt',
};

/** The distance of rows to the training data of the first member with vectors of its own; undefined if there is none. */
export function stackNovelty({ members, inputs }: StackHeader): OpenedClassifier['novelty'] {
  const first = members.find(({ input = -1 }) => inputs?.[input].level === 'functionals');
  if (!inputs || !first) return undefined;
  const { input, scaler } = first;
  return (x, frames) => noveltyOf(applyScaler(scaler!, unpackInputs(x, frames, inputs)[input!].x), inputs[input!].features); // prettier-ignore
}

/** The probabilities of a stack from the models of its members. */
export function stackProbabilities(
  models: readonly (LoadedClassifier & { classifier: Classifier })[],
  { members, combination, scaler, inputs }: StackHeader,
  shape: Shape,
): LoadedClassifier['predictProba'] {
  return (x, frames) => {
    const parts = inputs && unpackInputs(x, frames, inputs);
    const statistics = scaler && statisticsOf({ x, frames }, scaler);
    const own = models.map(({ classifier, predictProba }, i) => {
      const part = parts?.[members[i].input!];
      const whole = takesStatistics(classifier, shape) ? statistics! : { x, frames };
      const rows = part ? { ...part, x: applyScaler(members[i].scaler!, part.x) } : whole;
      return calibrated(predictProba(rows.x, rows.frames), shape.classes, members[i].temperature);
    });
    return Float32Array.from(
      own[0].flatMap((_, row) =>
        combine(
          own.map((member) => member[row]),
          combination,
        ),
      ),
    );
  };
}

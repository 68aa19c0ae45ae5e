import { describeFeatureSet } from '../data/embeddings/load.ts';
import type { Part } from '../data/clip.ts';
import { knownCorpus } from '../data/corpora/corpora.ts';
import type { Protocol } from '../data/protocols/protocol.ts';
import { hashIds } from '../data/tables/table.ts';
import type { TableRow } from '../data/tables/table.ts';
import type { TableRows } from '../data/tables/tableRows.ts';
import { confusionOf } from '../eval/metrics/confusion.ts';
import { accuracy } from '../eval/metrics/accuracy.ts';
import { logLoss } from '../eval/metrics/logLoss.ts';
import { uar } from '../eval/metrics/uar.ts';
import type { Predictions } from '../eval/systems/predictions.ts';
import { VERSION } from '../version.ts';
import { type Bundle, saveBundle } from './bundle/bundle.ts';
import { learntOf } from './bundle/learnt.ts';
import { modelCard } from './bundle/modelCard.ts';
import { selectiveOf } from './bundle/selective.ts';
import { temperatureOf } from './bundle/temperature.ts';
import { type FoldTask, TRAIN_DEFAULTS, type TrainedFold, type TrainOptions } from './trainFold.ts';

/** What a model was trained on, and how: for its `bundle.json` and card. */
export interface TrainedOn
  extends Pick<FoldTask, 'table' | 'augmented' | 'members'>, Required<Pick<FoldTask, 'classifier'>> {
  gender: Part;
  protocol: Protocol;
  fold: Pick<FoldTask['fold'], 'name' | 'train'>;
  also: NonNullable<FoldTask['also']>;
  options: TrainOptions;
  /** Default 0. */
  otherGenderWeight?: number;
  /** As in `ModelTask`. */
  statedError?: number;
  /** The command that trains it again. */
  command: string;
}

/** Writes the model folder of a training. @throws {SerError} as `saveBundle` */
export async function saveTrained(dir: string, trained: TrainedFold, on: TrainedOn): Promise<void> {
  const { gender, table, protocol, fold, classifier, options, otherGenderWeight = 0 } = on;
  const ids = new Set(fold.train.map(({ id }) => id));
  const further = furtherOf(on);
  const gendersFilledIn = table.provenance?.gendersFilledIn;
  const encoder = table.provenance?.encoder ?? describeFeatureSet(table.featureSet)?.encoder;
  const temperature = temperatureOf(trained.unseen, options.leastTemperature);
  const bundle = {
    classifier: classifier.name,
    gender,
    protocol: protocol.name,
    ...(protocol.with && { with: protocol.with }),
    fold: fold.name,
    seed: options.seed ?? TRAIN_DEFAULTS.seed,
    options: {
      ...trained.options,
      augmentation: [on, ...(on.members ?? [])].some(({ augmented }) => augmented !== undefined),
      ...(otherGenderWeight > 0 && { otherGenderWeight }),
    },
    data: {
      ...trained.data,
      clipsSha256: hashIds(fold.train),
      corpora: originOf(on),
      ...(gendersFilledIn && { gendersFilledIn }),
      learnt: learntOf([
        { table, isLearnt: ({ id }) => ids.has(id) },
        ...further.map(({ table }) => ({
          table,
          isLearnt: ({ emotion }: TableRow) => trained.labels.includes(emotion),
        })),
      ]),
    },
    versions: { 'gender-ser': VERSION, node: process.versions.node },
    labels: trained.labels,
    temperature,
    selective: selectiveOf(trained.unseen, { ...trained.unseen, temperature, statedError: on.statedError }),
    validation: scoreValidation(trained.validation),
    features: {
      set: table.featureSet,
      level: table.frames ? ('frames' as const) : ('functionals' as const),
      ...(encoder && { encoder }),
      names: table.names,
    },
    scaler: trained.scaler,
    ...(trained.speakerPrior && { speakerPrior: trained.speakerPrior }),
    notes: trained.notes,
    ...(trained.history && { history: trained.history }),
    ...(trained.refitHistory && { refitHistory: trained.refitHistory }),
  };
  const about = { name: protocol.name, description: protocol.describe(table.clips) };
  const card = modelCard(bundle, trained.description, about, on.command);
  await saveBundle(dir, { model: trained.model, bundle, card });
}

/** Further clips that a model, or any member of it, has learnt from. */
const furtherOf = ({ also, members = [] }: Pick<TrainedOn, 'also' | 'members'>) => [
  ...also,
  ...members.flatMap((one) => one.also ?? []),
];

/** Corpora that a model has learnt from: those of the training clips, and the further ones. */
function originOf({ table, fold, ...on }: TrainedOn): Bundle['data']['corpora'] {
  const licenceOf = (name: string, { provenance }: TableRows): string =>
    knownCorpus(name)?.licence ?? provenance?.licence ?? 'not known';
  const learnt = [
    { table, clips: fold.train },
    ...furtherOf(on).map((one) => ({ table: one.table, clips: one.table.clips })),
  ];
  const origins = learnt.flatMap(({ table, clips }) =>
    clips.map(({ corpus }) => [corpus, { name: corpus, licence: licenceOf(corpus, table) }] as const),
  );
  return [...new Map(origins).values()];
}

function scoreValidation({ rows, labels }: Predictions): Bundle['validation'] {
  const truth = rows.map((row) => row.label);
  const confusion = confusionOf({ labels, rows });
  return {
    n: rows.length,
    accuracy: accuracy(confusion),
    uar: uar(confusion),
    loss: logLoss(truth, rows.map((row) => row.probabilities), labels), // prettier-ignore
  };
}

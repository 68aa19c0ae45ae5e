import { join, relative } from 'node:path';
import { speakerAdapted } from '../../data/adapt/speakerAdapted.ts';
import { CHANNELS, type Clip, COMBINED, GENDERS, isOf, type Part, presentLabels } from '../../data/clip.ts';
import { namesOf } from '../../data/protocols/corpusNames.ts';
import type { Protocol } from '../../data/protocols/protocol.ts';
import { type FeatureTable, hashTable, selectRows } from '../../data/tables/table.ts';
import { readTable } from '../../data/tables/tableFile.ts';
import { SerError } from '../../error.ts';
import { checkReportFolder } from '../../eval/reports/reportFolder.ts';
import { installedVersions } from '../../eval/reports/versions.ts';
import type { ModelPredictions } from '../../eval/systems/modelPredictions.ts';
import { protocolLine, systemLines } from '../../eval/text/figureText.ts';
import { loadBundle, readBundle } from '../../train/bundle/bundle.ts';
import { describeLearnt, overlapWith } from '../../train/bundle/learnt.ts';
import { overTested } from '../../train/collect.ts';
import { findFamily } from '../../train/families/families.ts';
import { predictTable } from '../../train/predictTable.ts';
import { testedModels } from '../../train/predictTestClips.ts';
import { counted } from '../../words.ts';
import { commandLine } from '../commandLine.ts';
import { type DataArguments, tablesOfData } from '../data/dataOption.ts';

export interface EvalDataArguments extends DataArguments {
  who?: Part;
  models: string;
  data: string[];
  resamples: number;
  'bootstrap-seed': number;
  'max-error': number;
  out?: string;
  json: boolean;
}

/** Finished models, the labelled recordings that they are tested on, and the emotions that both have. */
export interface ModelsOnData {
  models: { gender: Part; dir: string; loaded: ReturnType<typeof loadBundle> }[];
  /** The clips that are tested. */
  table: FeatureTable;
  /** In the order of the models. */
  labels: string[];
  /** A protocol that tests all of them. */
  protocol: Protocol;
  /** What is left out, and what of the clips the models may have learnt from, in sentences. */
  notes: string[];
  /** Of the data. */
  name: string;
}

/**
 * Opens finished models for labelled recordings, whose tables are made where they are not there yet.
 * @throws {SerError} `model` for models of different features or labels, `corpus` if fewer than two emotions are shared, or a gender is not known
 */
export async function modelsOnData({
  who = COMBINED,
  ...args
}: Pick<EvalDataArguments, 'who' | 'models'> & DataArguments & { data: string[] }): Promise<ModelsOnData> {
  // prettier-ignore
  const { folder } = findFamily(args.models);
  const tested = testedModels(folder, who === COMBINED ? GENDERS : [who]);
  const [{ features }, ...others] = tested.map(([, dir]) => readBundle(dir));
  const other = others.find((one) => one.features.set !== features.set);
  if (other) throw new SerError('model', `The models in ${folder} take different features, ${features.set} and ${other.features.set}.`); // prettier-ignore
  const { name, table: path } = await tablesOfData(args, features.set, false);
  const whole = await readTable(path);
  const models = tested.map(([gender, dir]) => ({ gender, dir, loaded: loadBundle(dir, { name: whole.featureSet, names: whole.names }) })); // prettier-ignore
  const { labels: known } = models[0].loaded;
  const different = models.find(({ loaded }) => loaded.labels.join() !== known.join());
  if (different) throw new SerError('model', `${different.dir} knows other emotions than ${models[0].dir}.`);

  const ofVoices = selectRows(whole, (clip) => isOf(who, clip));
  const labels = presentLabels(known, ofVoices.clips);
  const all = [...new Set(ofVoices.clips.map(({ emotion }) => emotion))];
  if (labels.length < 2) {
    throw new SerError('corpus', `Models and data share ${labels.length === 1 ? `only the emotion ${labels[0]}` : 'no emotion'}: the models know ${known.join(', ')}, the data have ${all.join(', ') || 'no clips of these voices'}; --map gives words of the data other labels, as in --map ${all[0] ?? 'joy'}=${known[0]}.`); // prettier-ignore
  }
  const table = selectRows(ofVoices, ({ emotion }) => labels.includes(emotion));
  const left = all.filter((label) => !labels.includes(label));
  const lacking = known.filter((label) => !labels.includes(label));
  const isAdapted = models.some(({ loaded }) => loaded.bundle.speakerPrior);
  const plain: Protocol = {
    ...{ name: 'data', shares: ['speaker', 'sentence', 'recording'], channels: CHANNELS },
    describe: (clips) =>
      `Finished models on ${namesOf(clips)}, over the ${labels.length} emotions that both have: ${labels.join(', ')}.`,
    folds: <T extends Clip>(clips: readonly T[]) => [{ name: 'data', train: [], test: [...clips], dropped: [] }],
  };
  return {
    ...{ models, table, labels, name, protocol: isAdapted ? speakerAdapted(plain) : plain },
    notes: [
      ...models.map(({ loaded, gender }) => describeLearnt(loaded.bundle, gender === COMBINED ? table : selectRows(table, (clip) => isOf(gender, clip)))), // prettier-ignore
      ...(left.length > 0 ? [`Left out: ${counted(ofVoices.clips.length - table.clips.length, 'clip')} of ${left.join(', ')}, which the models do not know.`] : []), // prettier-ignore
      ...(lacking.length > 0 ? [`The models' probabilities of ${lacking.join(', ')}, which these clips do not have, are left out, and the others made to sum to 1.`] : []), // prettier-ignore
    ],
  };
}

/** A model's predictions for clips, over some of its labels. */
export function predictOver(
  { loaded, gender }: ModelsOnData['models'][number],
  table: FeatureTable,
  labels: readonly string[],
): ModelPredictions {
  const { bundle } = loaded;
  const rows = predictTable(loaded, table, 'data').rows.map((row) => ({
    ...row,
    ...overTested(row.probabilities, loaded.labels, labels),
    ...{ fold: 'data', temperature: bundle.temperature },
  }));
  const seed = typeof bundle.seed === 'number' ? bundle.seed : null;
  return { protocol: 'data', labels, model: gender === COMBINED ? 'pooled' : gender, seed, rows, validation: [] };
}

/** Scores finished models on any labelled recordings, and says what of them the models may have learnt from. */
export async function evalData(args: EvalDataArguments): Promise<void> {
  const { resamples, 'bootstrap-seed': seed, 'max-error': maxError } = args;
  const given = await modelsOnData(args);
  const { models, table, labels, protocol, notes, name } = given;
  const out = args.out ?? join('reports', `data-${name}`);
  checkReportFolder(out);
  const seeds = new Set(models.map(({ loaded }) => loaded.bundle.seed));
  // The models make a system together, whatever the seeds of each.
  const predictions = models.map((model) => predictOver(model, table, labels)).map((one) => (seeds.size > 1 ? { ...one, seed: null } : one)); // prettier-ignore
  // Loaded after the checks: the charts' libraries are slow to load.
  const { writeReport } = await import('../../eval/reports/reportFiles.ts');
  const report = await writeReport(out, {
    kind: 'data',
    predictions,
    description: protocol.describe(table.clips),
    overlap: overlapWith(
      models.map(({ loaded }) => loaded.bundle),
      table,
    ),
    notes: [
      ...(models.length > 1 ? ["Each clip is predicted by the model of its speaker's true gender (oracle)."] : []),
      ...notes,
    ],
    options: { resamples, seed, maxError },
    manifest: {
      command: commandLine(),
      created: new Date().toISOString(),
      options: { models: args.models, data: args.data, map: args.map ?? [], fillGenders: args['fill-genders'] ?? false, resamples, bootstrapSeed: seed }, // prettier-ignore
      seed: Object.fromEntries(models.map(({ gender, loaded }) => [gender, loaded.bundle.seed])),
      versions: installedVersions(),
      data: { corpus: table.clips[0].corpus, featureSet: table.featureSet, sha256: hashTable(table) },
      models: Object.fromEntries(models.map(({ gender, dir, loaded: { bundle } }) => [gender, { dir: relative('.', dir), files: bundle.files, protocol: bundle.protocol, data: { ...bundle.data, learnt: undefined } }])), // prettier-ignore
    },
  });
  if (args.json) console.log(JSON.stringify(report, null, 2));
  else console.log([protocolLine(report.protocol, report), ...notes, '', systemLines(report.systems)].join('\n'));
  console.error(`report: ${out}`);
}

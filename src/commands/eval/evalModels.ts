import { relative } from 'node:path';
import { COMBINED, GENDERS, type Part } from '../../data/clip.ts';
import { speakerAdapted } from '../../data/adapt/speakerAdapted.ts';
import { testedCorpus } from '../../data/protocols/protocol.ts';
import { getProtocol } from '../../data/protocols/protocols.ts';
import { hashTable } from '../../data/tables/table.ts';
import { readProtocolTable } from '../../data/tables/tableFile.ts';
import { classificationReportText } from '../../eval/metrics/classificationReport.ts';
import { checkReportFolder } from '../../eval/reports/reportFolder.ts';
import { installedVersions } from '../../eval/reports/versions.ts';
import { countOverlap } from '../../eval/statistics/overlap.ts';
import { labelPairs } from '../../eval/systems/predictions.ts';
import { selectPart } from '../../eval/systems/scores.ts';
import { systemsOf } from '../../eval/systems/systems.ts';
import { testResultsOf } from '../../eval/systems/testResults.ts';
import { protocolLine, scoresLine, systemLines } from '../../eval/text/figureText.ts';
import { routingLine } from '../../eval/text/routingMarkdown.ts';
import { findFamily } from '../../train/families/families.ts';
import { recordCost, recordTestResults } from '../../train/bundle/testResults.ts';
import { testedBy } from '../../train/bundle/testedBy.ts';
import { predictTestClips, type TestedModel, testedModels } from '../../train/predictTestClips.ts';
import { commandLine } from '../commandLine.ts';
import { readLinks } from '../report/readLinks.ts';
import { readVoices } from './readVoices.ts';
import type { ReportArguments } from './reportPredictions.ts';

export interface EvalModelsArguments extends Omit<ReportArguments, 'table'> {
  who: Part;
  models: string;
  table?: string;
  protocol?: string;
  out?: string;
  card: boolean;
}

/** Scores finished models on the test clips of their protocol; nothing is trained. */
export async function evalModels({ who, json, resamples, ...args }: EvalModelsArguments): Promise<void> {
  const out = args.out ?? `reports/${who}`;
  checkReportFolder(out);
  const folder = relative('.', findFamily(args.models).folder) || '.';
  const genders = who === COMBINED ? GENDERS : [who];
  const [[, first]] = testedModels(folder, genders);
  const { protocol: trainedBy, table: path } = testedBy(first, args.table);
  const protocol = getProtocol(args.protocol ?? trainedBy);
  const table = await readProtocolTable(protocol, path);
  const corpus = testedCorpus(protocol, table);
  const { predictions, models } = predictTestClips(folder, genders, table, protocol);
  const [{ rows, labels }] = predictions;
  const pair = models.filter(({ gender }) => gender !== COMBINED);
  const tested = pair.length > 0 ? pair : models;
  const voices = pair.length > 1 ? readVoices(rows, args['gender-posteriors'], corpus) : undefined;
  const isAdapted = models.some(({ bundle }) => bundle.speakerPrior);
  // Loaded after the checks: the charts' libraries are slow to load.
  const { writeReport } = await import('../../eval/reports/reportFiles.ts');
  const report = await writeReport(out, {
    kind: 'models',
    predictions,
    ...voices,
    description: (isAdapted ? speakerAdapted(protocol) : protocol).describe(table.clips),
    overlap: countOverlap(tested.map((model) => model.fold)),
    notes: [...models.flatMap(sureNote), ...models.filter(({ bundle }) => bundle.with).map(({ gender, bundle }) => `The ${gender} model was also trained on the ${bundle.with!.join(' and ')} of the training side.`)], // prettier-ignore
    history: Object.fromEntries(tested.flatMap(({ gender, bundle }) => (bundle.history ? [[gender, bundle.history]] : []))), // prettier-ignore
    options: { resamples, seed: args['bootstrap-seed'] },
    links: await readLinks(args.audio, corpus, out),
    manifest: {
      command: commandLine(),
      created: new Date().toISOString(),
      options: {
        who,
        models: args.models,
        protocol: protocol.name,
        ...(isAdapted && { speakerAdapt: true }),
        resamples,
        bootstrapSeed: args['bootstrap-seed'],
      },
      seed: Object.fromEntries(tested.map(({ gender, bundle }) => [gender, bundle.seed])),
      versions: installedVersions(),
      data: {
        corpus,
        table: relative('.', path),
        featureSet: table.featureSet,
        sha256: hashTable(table),
      },
      models: Object.fromEntries(models.map(describeModel)),
    },
  });
  if (args.card) {
    for (const { gender, dir, bundle } of models) {
      const [system, part] = gender === COMBINED ? (['pooled', COMBINED] as const) : (['oracle', gender] as const);
      for (const notice of recordTestResults(dir, testResultsOf(report, system, part))) console.error(notice);
      if (!bundle.cost) for (const notice of await recordCost(dir)) console.error(notice);
    }
  }

  if (json) {
    console.log(JSON.stringify(report, null, 2));
    console.error(`report: ${out}`);
    return;
  }
  console.log(protocolLine(report.protocol, report));
  const [main, ...others] = report.systems;
  const [{ runs }] = systemsOf(predictions, voices?.maleProbability);
  for (const [part, scores] of Object.entries(main.parts)) {
    const { truth, predicted } = labelPairs(selectPart(runs, part as Part)[0].rows);
    console.log(`\n${part}: ${scoresLine(scores)}\n`);
    console.log(classificationReportText(truth, predicted, labels));
  }
  if (others.length > 0) console.log(`${systemLines(report.systems)}\n`);
  if (report.routing) console.log(`${routingLine(report, report.routing)}\n`);
  console.log(`report: ${out}`);
}

function sureNote({ gender, sure, bundle: { selective } }: TestedModel): string[] {
  if (!sure || !selective) return [];
  const { clips, answered, errors } = sure;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const whose = gender === COMBINED ? 'The pooled model is sure of' : `The ${gender} model is sure of`;
  const wrong = answered > 0 ? `, of which ${percent(errors / answered)} are wrong` : '';
  return [`${whose} ${answered} of ${clips} test clips of its voices (${percent(answered / clips)})${wrong}; its threshold was chosen for ${percent(selective.statedError)} on its validation rows.`]; // prettier-ignore
}

function describeModel({ gender, dir, bundle, sure }: TestedModel) {
  const { classifier, protocol, fold, seed, files, data, notes, versions } = bundle;
  const name = gender === COMBINED ? 'pooled' : gender;
  return [name, { dir, classifier, protocol, fold, seed, files, data, notes, versions, sure }] as const;
}

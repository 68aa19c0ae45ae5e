import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Argv } from 'yargs';
import { COMBINED, GENDERS, type Part, PARTS } from '../../data/clip.ts';
import { GENDER_POSTERIORS_PATH } from '../../train/gender/voices/genderPosteriors.ts';
import { testedCorpus } from '../../data/protocols/protocol.ts';
import { getProtocol, PROTOCOLS } from '../../data/protocols/protocols.ts';
import { hashTable } from '../../data/tables/table.ts';
import { readTable } from '../../data/tables/tableFile.ts';
import { classificationReportText } from '../../eval/metrics/classificationReport.ts';
import { CROSS_REPORT_DEFAULTS } from '../../eval/reports/crossReport.ts';
import { evaluate, partsOf } from '../../eval/metrics/evaluate.ts';
import { codeMarkdown } from '../../eval/text/markdown.ts';
import { countOverlap } from '../../eval/statistics/overlap.ts';
import { labelPairs } from '../../eval/systems/predictions.ts';
import { checkReportFolder } from '../../eval/reports/reportFolder.ts';
import { describeScores, protocolLine, testResultsMarkdown } from '../../eval/text/reportMarkdown.ts';
import { describeRouting } from '../../eval/text/routingMarkdown.ts';
import type { RoutingInput } from '../../eval/systems/routing.ts';
import { installedVersions } from '../../eval/reports/versions.ts';
import { writeFileAtomic } from '../../files/files.ts';
import { fileOfSet } from '../../files/fileSet.ts';
import { SerError } from '../../error.ts';
import { MODEL_FILES } from '../../train/bundle/bundle.ts';
import { CROSS_MODELS, type CrossModel } from '../../train/crossValidation.ts';
import { DEFAULT_WORKERS } from '../../data/workers/workerPool.ts';
import { commandLine } from '../commandLine.ts';
import { classifierOptions } from '../classifierOptions.ts';
import { BOOTSTRAP_SEED_OPTION, RESAMPLES_OPTION, WITH_OPTION } from '../experimentOptions.ts';
import { MODELS_OPTION } from '../options.ts';
import { chosenTables, TRAINING_TABLES } from '../trainingTables.ts';
import { AUDIO_OPTION, readLinks } from '../report/readLinks.ts';
import { readVoices, type Voices } from './readVoices.ts';
import { scorePredictions } from './scorePredictions.ts';
import { crossValidate } from './crossValidate.ts';
import { fillTestResults } from '../../train/bundle/modelCard.ts';
import { type TestedModel, testModels } from '../../train/predictTestClips.ts';
import type { Arguments } from '../lazily.ts';

export const builder = (parser: Argv) =>
  parser
    .positional('who', {
      choices: PARTS,
      describe:
        "Whose shipped model and clips; combined: both, each clip by the model of its speaker's true gender, then of the predicted one",
    })
    .option('models', MODELS_OPTION)
    .option('protocol', {
      choices: PROTOCOLS.map((one) => one.name),
      defaultDescription: 'reference for shipped models; --model and --predictions ask for it',
      describe: 'Which clips are for testing; must be what the models were trained under',
    })
    .option('model', {
      choices: Object.keys(CROSS_MODELS) as CrossModel[],
      describe:
        'Cross-validate instead: train in every fold of the protocol. pair: one model per gender; pooled: one for both; ' +
        'pooled-gender: one for both that is told the gender',
    })
    .option('with', { ...WITH_OPTION, describe: `${WITH_OPTION.describe}; in cross-validation` })
    .option('predictions', {
      type: 'string',
      describe:
        'Score a CSV instead, of any toolkit: clip id and predicted label, or a column of probabilities for each emotion',
    })
    .option('seeds', { type: 'number', default: 1, describe: 'Number of seeds of the cross-validation: 1, 2, …' })
    .options(classifierOptions())
    .option('processes', { type: 'number', default: DEFAULT_WORKERS, describe: 'Trainings side by side' })
    .option('trainings', {
      type: 'string',
      default: 'reports/trainings',
      describe: 'Folder for what single trainings leave: the same command goes on from there',
    })
    .option('training', { type: 'string', hidden: true, describe: 'One training, in this process' })
    .options(TRAINING_TABLES)
    .option('gender-posteriors', {
      type: 'string',
      default: GENDER_POSTERIORS_PATH,
      defaultDescription: 'the committed ones',
      describe:
        'What gender models that never heard the speaker say of the clips: routes them, where both genders are tested',
    })
    .option('audio', AUDIO_OPTION)
    .option('out', { type: 'string', describe: 'The report folder', defaultDescription: 'reports/WHO' })
    .option('resamples', RESAMPLES_OPTION)
    .option('bootstrap-seed', BOOTSTRAP_SEED_OPTION)
    .option('max-error', {
      type: 'number',
      default: CROSS_REPORT_DEFAULTS.maxError,
      describe: 'Share of wrong answers that a system may have where it does not say "not sure", in cross-validation',
    })
    .option('card', {
      type: 'boolean',
      default: true,
      describe: 'Put the results into MODEL_CARD.md of the models (--no-card: leave it as it is)',
    })
    .option('json', { type: 'boolean', default: false, describe: 'Print report.json instead of words' })
    .example('$0 eval combined', 'the shipped pair on the 491 reference test clips, into reports/combined')
    .example('$0 eval --protocol luna-5fold --model pair --seeds 3', 'on unseen speakers: trains 30 models, resumable')
    .example(
      '$0 eval --predictions theirs.csv --protocol emobox-6fold',
      'what another toolkit predicts, by the same rules',
    )
    .example('$0 eval male --models my/models --out reports/mine', 'one model of your own');

export async function handler(given: Arguments<typeof builder>): Promise<void> {
  return score({ ...given, ...chosenTables(given) });
}

async function score(args: Arguments<typeof builder> & { table: string }): Promise<void> {
  const { who, model, predictions: given } = args;
  const asked = [who, model && `--model ${model}`, given && `--predictions ${given}`].filter(Boolean);
  if (asked.length !== 1) {
    throw new SerError(
      'usage',
      'Say one of: whose models to score (male, female, combined), what to cross-validate (--model), whose predictions to score (--predictions)' +
        `${asked.length > 1 ? `; ${asked.join(' and ')} are too many.` : '.'}`,
    );
  }
  if (args.with && !model) {
    throw new SerError('usage', '--with goes with --model: models and predictions that are there have learnt already.');
  }
  if (!who) {
    if (!args.protocol) throw new SerError('usage', `Say under which --protocol: ${PROTOCOLS.map(({ name }) => name).join(', ')} (docs/protocols.md).`); // prettier-ignore
    const named = { ...args, protocol: args.protocol };
    return given ? scorePredictions({ ...named, predictions: given }) : crossValidate({ ...named, model: model! });
  }
  const { resamples, json } = args;
  const folder = relative('.', args.models) || '.';
  const out = args.out ?? `reports/${who}`;
  checkReportFolder(out);
  const protocol = getProtocol(args.protocol ?? 'reference');
  const table = await readTable(args.table);
  const genders = who === COMBINED ? GENDERS : [who];
  const { predictions, models, answers, pooled } = testModels(folder, genders, table, protocol);
  const path = args['gender-posteriors'];
  const voices = answers && readVoices(answers.male.rows, path, protocol, table);
  const routing = answers && voices && routingOf(answers, path, voices);
  const bootstrap = { resamples, seed: args['bootstrap-seed'] };
  // Loaded after the checks: the charts' libraries are slow to load.
  const { writeReport } = await import('../../eval/reports/report.ts');
  const report = await writeReport(out, {
    predictions,
    description: protocol.describe(table.clips),
    overlap: countOverlap(models.map((model) => model.fold)),
    notes: [
      ...(who === COMBINED
        ? ["Each clip is predicted by the model of its speaker's true gender (oracle gender)."]
        : []),
      ...models
        .filter(({ bundle }) => bundle.with)
        .map(
          ({ gender, bundle }) =>
            `The ${gender} model learnt from ${bundle.with!.join(' and ')} of the training side besides.`,
        ),
    ],
    history: Object.fromEntries(
      models.flatMap(({ gender, bundle }) => (bundle.history ? [[gender, bundle.history]] : [])),
    ),
    bootstrap,
    routing,
    links: await readLinks(args.audio, testedCorpus(protocol, table), out),
    manifest: {
      command: commandLine(),
      created: new Date().toISOString(),
      options: { who, models: folder, protocol: protocol.name, resamples, bootstrapSeed: args['bootstrap-seed'] },
      seed: Object.fromEntries(models.map(({ gender, bundle }) => [gender, bundle.seed])),
      versions: installedVersions(),
      data: {
        corpus: testedCorpus(protocol, table),
        table: relative('.', args.table),
        featureSet: table.featureSet,
        sha256: hashTable(table),
      },
      models: Object.fromEntries([...models, ...(routing && pooled ? [pooled] : [])].map(describeModel)),
    },
  });
  if (args.card) {
    for (const { gender, dir } of models) fillCard(dir, testResultsMarkdown(report, gender, report));
    if (pooled && answers?.pooled) {
      const scores = evaluate(answers.pooled, bootstrap);
      fillCard(pooled.dir, testResultsMarkdown(scores, COMBINED, report));
    }
  }

  if (json) {
    console.log(JSON.stringify(report, null, 2));
    console.error(`report: ${out}`);
    return;
  }
  console.log(protocolLine(report.protocol, report));
  for (const [part, rows] of partsOf(predictions)) {
    const { truth, predicted } = labelPairs(rows);
    console.log(`\n${part}: ${describeScores(report[part]!)}\n`);
    console.log(classificationReportText(truth, predicted, predictions.labels));
  }
  if (report.routing) console.log(`${describeRouting(report.routing)}\n`);
  console.log(`report: ${out}`);
}

function routingOf(answers: RoutingInput['answers'], path: string, { maleProbability, folds }: Voices): RoutingInput {
  return {
    answers,
    maleProbability,
    posteriors:
      `The gender of a clip's voice is predicted out of fold: of ${folds} trainings of the gender model, that one answers which never heard ` +
      `the speaker (${codeMarkdown(relative('.', path))}). The shipped gender model, trained on all of them, is not used.`,
  };
}

function describeModel({ gender, dir, bundle }: TestedModel<Part>) {
  const { classifier, protocol, fold, seed, files, data, notes, versions } = bundle;
  const name = gender === COMBINED ? 'pooled' : gender;
  return [name, { dir, classifier, protocol, fold, seed, files, data, notes, versions }] as const;
}

/** The figures are out already: a folder that may not be written to, or a card without the place, is only a notice. */
function fillCard(dir: string, results: string): void {
  const path = fileOfSet(dir, MODEL_FILES, 'MODEL_CARD.md');
  try {
    const card = readFileSync(path, 'utf8');
    const filled = fillTestResults(card, results);
    if (filled !== card) writeFileAtomic(path, filled);
  } catch (error) {
    console.error(`${path} is left as it is: ${(error as Error).message}`);
  }
}

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { getProtocol } from '../data/protocols.ts';
import { ravdess } from '../data/ravdess.ts';
import { hashTable } from '../data/table.ts';
import { readProtocolTable } from '../data/tableFile.ts';
import { SerError } from '../error.ts';
import { isAnswersCsv, parseAnswersCsv } from '../eval/answers.ts';
import { describeSystem } from '../eval/crossMarkdown.ts';
import { partsOf } from '../eval/evaluate.ts';
import { parseForeignCsv } from '../eval/foreignPredictions.ts';
import { countOverlap } from '../eval/overlap.ts';
import type { Manifest } from '../eval/report.ts';
import { checkReportFolder } from '../eval/reportFolder.ts';
import { describeScores } from '../eval/reportMarkdown.ts';
import { installedVersions } from '../eval/versions.ts';
import { readLinks } from './readLinks.ts';
import { readVoices } from './readVoices.ts';

export interface ScorePredictionsArguments {
  predictions: string;
  protocol: string;
  table: string;
  'gender-posteriors': string;
  resamples: number;
  'bootstrap-seed': number;
  'max-error': number;
  out?: string;
  audio?: string;
  json: boolean;
}

/** Scores predictions that somebody else made, or that a cross-validation kept: nothing is trained. */
export async function scorePredictions(args: ScorePredictionsArguments): Promise<void> {
  const { predictions: path, resamples, json } = args;
  const out = args.out ?? `reports/${basename(path).replace(/\.csv$/i, '')}`;
  checkReportFolder(out);
  const protocol = getProtocol(args.protocol);
  const text = readText(path);
  const table = await readProtocolTable(protocol, args.table);
  const folds = protocol.folds(table.clips.filter((clip) => clip.copy === 0));
  const tested = folds.flatMap((fold) => fold.test);
  const bootstrap = { resamples, seed: args['bootstrap-seed'] };
  const context = { description: protocol.description, overlap: countOverlap(folds) };
  const manifest: Manifest = {
    command: `npm run -s ser -- eval --predictions ${path} --protocol ${protocol.name}`,
    created: new Date().toISOString(),
    options: { protocol: protocol.name, resamples, bootstrapSeed: bootstrap.seed },
    seed: null,
    versions: installedVersions(),
    data: { table: hashTable(table) },
    models: {},
  };

  if (isAnswersCsv(text)) {
    const sheets = parseAnswersCsv(text, protocol.name, path);
    const ids = new Set(tested.map((clip) => clip.id));
    const stranger = sheets.flatMap((sheet) => sheet.rows).find((row) => !ids.has(row.id));
    if (stranger) throw new SerError('protocol', `${path}: ${stranger.id} is no test clip of ${protocol.name}.`);
    const [{ writeCrossFolder }, { clipMap }] = await Promise.all([
      import('../eval/crossFolder.ts'),
      import('../eval/clipMap.ts'),
    ]);
    const voices = readVoices(sheets[0].rows, args['gender-posteriors'], protocol, table);
    const report = await writeCrossFolder(out, {
      ...context,
      sheets,
      maleProbability: voices?.maleProbability,
      map: clipMap(table, new Set(sheets[0].rows.map(({ id }) => id))),
      links: await readLinks(args.audio, protocol.testCorpus?.name ?? ravdess.name, out),
      manifest,
      options: { ...bootstrap, maxError: args['max-error'] },
      notes: [],
    });
    if (json) console.log(JSON.stringify(report, null, 2));
    else for (const system of report.systems) console.log(describeSystem(system));
  } else {
    const { labelsOnly, ...predictions } = parseForeignCsv(text, tested, protocol.name, path);
    const notes = [
      'The predictions were made elsewhere: that their system learnt from none of these clips is for its makers to say.',
      ...(labelsOnly ? ['They are labels without probabilities: the log loss says nothing.'] : []),
    ];
    const { writeReport } = await import('../eval/report.ts');
    const report = await writeReport(out, { ...context, predictions, notes, manifest, history: {}, bootstrap });
    if (json) console.log(JSON.stringify(report, null, 2));
    else for (const [part] of partsOf(predictions)) console.log(`${part}: ${describeScores(report[part]!)}`);
  }
  console.error(`report: ${out}`);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SerError('table', `${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

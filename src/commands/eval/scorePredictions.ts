import { basename } from 'node:path';
import { getProtocol, testedLabels } from '../../data/protocols/protocols.ts';
import { readProtocolTable } from '../../data/tables/tableFile.ts';
import {
  checkAgainstCorpus,
  isModelPredictionsCsv,
  parseModelPredictionsCsv,
} from '../../eval/systems/modelPredictions.ts';
import { parseForeignCsv } from '../../eval/systems/foreignPredictions.ts';
import { checkReportFolder } from '../../eval/reports/reportFolder.ts';
import { readText } from '../../files/files.ts';
import { type ReportArguments, reportPredictions } from './reportPredictions.ts';
import { sha256 } from '../../sha256.ts';

export interface ScorePredictionsArguments extends ReportArguments {
  predictions: string;
  protocol: string;
  out?: string;
}

/** Scores predictions of another toolkit, or those stored by a cross-validation, without training. */
export async function scorePredictions(args: ScorePredictionsArguments): Promise<void> {
  const { predictions: path } = args;
  const out = args.out ?? `reports/${basename(path).replace(/\.csv$/i, '')}`;
  checkReportFolder(out);
  const protocol = getProtocol(args.protocol);
  const text = readText(path, 'table');
  const table = await readProtocolTable(protocol, args.table);
  const folds = protocol.folds(table.clips.filter((clip) => clip.copy === 0));
  const labels = testedLabels(protocol, table);
  const isOurs = isModelPredictionsCsv(text);
  const predictions = isOurs
    ? parseModelPredictionsCsv(text, protocol.name, path)
    : [parseForeignCsv(text, { protocol: protocol.name, labels, folds }, path)];
  if (isOurs) checkAgainstCorpus(predictions[0], folds, path);
  await reportPredictions(args, {
    kind: isOurs ? 'cross-validation' : 'predictions',
    ...{ out, protocol, table, predictions },
    route: isOurs,
    notes: isOurs ? [] : ['Whether the system was trained on any of these clips is known only to its makers.'],
    manifest: {
      options: {},
      seed: isOurs ? [...new Set(predictions.map(({ seed }) => seed))] : null,
      data: { predictions: sha256(text) },
      models: {},
    },
  });
}

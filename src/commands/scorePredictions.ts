import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { EMOTIONS } from '../data/clip.ts';
import { getProtocol } from '../data/protocols.ts';
import { ravdess } from '../data/ravdess.ts';
import { hashTable } from '../data/table.ts';
import { readProtocolTable } from '../data/tableFile.ts';
import { checkAgainstCorpus, isAnswersCsv, parseAnswersCsv } from '../eval/answers.ts';
import { describeSystem } from '../eval/crossMarkdown.ts';
import { parseForeignCsv } from '../eval/foreignPredictions.ts';
import { countOverlap } from '../eval/overlap.ts';
import { checkReportFolder } from '../eval/reportFolder.ts';
import { installedVersions } from '../eval/versions.ts';
import { commandLine } from './commandLine.ts';
import { readText } from '../files.ts';
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
  const { predictions: path, resamples, 'bootstrap-seed': bootstrapSeed, json } = args;
  const out = args.out ?? `reports/${basename(path).replace(/\.csv$/i, '')}`;
  checkReportFolder(out);
  const protocol = getProtocol(args.protocol);
  const text = readText(path, 'table');
  const table = await readProtocolTable(protocol, args.table);
  const folds = protocol.folds(table.clips.filter((clip) => clip.copy === 0));
  const labels: readonly string[] = protocol.labels ?? EMOTIONS;
  const isOurs = isAnswersCsv(text);
  const sheets = isOurs
    ? parseAnswersCsv(text, protocol.name, path)
    : [parseForeignCsv(text, { protocol: protocol.name, labels, folds }, path)];
  if (isOurs) checkAgainstCorpus(sheets[0], folds, path);
  // Loaded here: the charts' libraries would slow down the start of every command.
  const [{ writeCrossFolder }, { clipMap }] = await Promise.all([
    import('../eval/crossFolder.ts'),
    import('../eval/clipMap.ts'),
  ]);
  const voices = isOurs ? readVoices(sheets[0].rows, args['gender-posteriors'], protocol, table) : undefined;
  const maxError = args['max-error'];
  const report = await writeCrossFolder(out, {
    sheets,
    maleProbability: voices?.maleProbability,
    map: clipMap(table, new Set(sheets[0].rows.map(({ id }) => id))),
    links: await readLinks(args.audio, protocol.testCorpus?.name ?? ravdess.name, out),
    description: protocol.description,
    overlap: countOverlap(folds),
    notes: isOurs ? [] : ['That the system learnt from none of these clips is for its makers to say.'],
    options: { resamples, seed: bootstrapSeed, maxError },
    manifest: {
      command: commandLine(),
      created: new Date().toISOString(),
      options: { protocol: protocol.name, resamples, bootstrapSeed, maxError },
      seed: isOurs ? [...new Set(sheets.map(({ seed }) => seed))] : null,
      versions: installedVersions(),
      data: { table: hashTable(table), predictions: createHash('sha256').update(text).digest('hex') },
      models: {},
    },
  });
  if (json) console.log(JSON.stringify(report, null, 2));
  else for (const system of report.systems) console.log(describeSystem(system));
  console.error(`report: ${out}`);
}

import { type Protocol, testedCorpus } from '../../data/protocols/protocol.ts';
import { hashTable } from '../../data/tables/table.ts';
import { isShort, type TableRows } from '../../data/tables/tableRows.ts';
import type { ReportKind } from '../../eval/reports/report.ts';
import type { ModelPredictions } from '../../eval/systems/modelPredictions.ts';
import { systemLines } from '../../eval/text/figureText.ts';
import type { BlockImportance } from '../../eval/reports/importance.ts';
import { countOverlap } from '../../eval/statistics/overlap.ts';
import type { Manifest } from '../../eval/reports/reportJson.ts';
import { installedVersions } from '../../eval/reports/versions.ts';
import { commandLine } from '../commandLine.ts';
import { readLinks } from '../report/readLinks.ts';
import { readVoices } from './readVoices.ts';

/** Options of `ser eval` that affect any report of a protocol's test clips. */
export interface ReportArguments {
  table: string;
  'gender-posteriors': string;
  resamples: number;
  'bootstrap-seed': number;
  'max-error': number;
  audio?: string;
  json: boolean;
}

/** Origin of the predictions, and what the report states besides them. */
export interface PredictionsSource {
  kind: ReportKind;
  out: string;
  protocol: Protocol;
  table: TableRows;
  predictions: readonly ModelPredictions[];
  /** Whether the test clips are also routed by predicted gender. */
  route: boolean;
  importance?: readonly BlockImportance[];
  notes: readonly string[];
  /** Default: the running one. */
  command?: string;
  manifest: Pick<Manifest, 'options' | 'seed' | 'data' | 'models'>;
}

/** Writes the report folder of predictions for a protocol's test clips, and prints its figures. */
export async function reportPredictions(args: ReportArguments, source: PredictionsSource): Promise<void> {
  const { kind, out, protocol, table, predictions, importance, notes, manifest } = source;
  const { resamples, 'bootstrap-seed': bootstrapSeed, 'max-error': maxError } = args;
  // Loaded after the checks: the charts' libraries are slow to load.
  const [{ writeReport }, { clipMap }] = await Promise.all([
    import('../../eval/reports/reportFiles.ts'),
    import('../../eval/charts/clips/clipMap.ts'),
  ]);
  const [{ rows }] = predictions;
  const corpus = testedCorpus(protocol, table);
  const voices = source.route ? readVoices(rows, args['gender-posteriors'], corpus) : undefined;
  const report = await writeReport(out, {
    kind,
    predictions,
    ...voices,
    importance,
    // Its components take all values together.
    map: isShort(table) ? clipMap(table, new Set(rows.map(({ id }) => id))) : undefined,
    links: await readLinks(args.audio, corpus, out),
    description: protocol.describe(table.clips),
    overlap: countOverlap(protocol.folds(table.clips.filter((clip) => clip.copy === 0))),
    notes: [...notes],
    options: { resamples, seed: bootstrapSeed, maxError },
    manifest: {
      command: source.command ?? commandLine(),
      created: new Date().toISOString(),
      options: { protocol: protocol.name, ...manifest.options, resamples, bootstrapSeed, maxError },
      seed: manifest.seed,
      versions: installedVersions(),
      data: { corpus, table: hashTable(table), ...manifest.data },
      models: manifest.models,
    },
  });
  if (args.json) console.log(JSON.stringify(report, null, 2));
  else console.log([...(protocol.adaptation ? [protocol.adaptation] : []), systemLines(report.systems)].join('\n'));
  console.error(`report: ${out}`);
}

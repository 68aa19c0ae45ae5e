import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { SerError } from '../../error.ts';
import { jsonText, writeFileAtomic } from '../../files/files.ts';
import { count, finite, parseJson } from '../../files/json.ts';
import type { ChartSpec } from '../charts/chartTheme.ts';
import { clipMapToCsv, parseClipMapCsv } from '../charts/clips/clipMap.ts';
import { renderPng, renderSvg } from '../charts/render.ts';
import { TRAINING_EPOCH } from '../systems/trainingEpoch.ts';
import { overlapPhrase } from '../statistics/overlap.ts';
import { seedPhrase } from '../statistics/seeds.ts';
import { modelPredictionsToCsv, parseModelPredictionsCsv } from '../systems/modelPredictions.ts';
import { wholeOf } from '../systems/scores.ts';
import { type System, systemsOf } from '../systems/systems.ts';
import { OVERLAP } from '../systems/testResults.ts';
import { parseVoicesCsv, voicesToCsv } from '../systems/voicesCsv.ts';
import type { ClipLinks } from '../text/clipLinks.ts';
import { reportMarkdown } from '../text/reportMarkdown.ts';
import { importanceToCsv, parseImportanceCsv } from './importance.ts';
import { type PageFigure, reportPage } from './page/reportPage.ts';
import { type Manifest, MANIFEST, readReportJson, readReportText } from './reportJson.ts';
import { makeReport, type Report, REPORT_KINDS, type ReportData } from './report.ts';
import { type ChartMaterial, reportCharts } from './reportCharts.ts';
import { replaceReportFolder } from './reportFolder.ts';

/** The input of a report folder; `readReport` restores it from the folder. */
export interface ReportInput extends ReportData, Omit<ChartMaterial, 'seed'> {
  manifest: Manifest;
  /** Links to the recordings, if available. Not stored in the folder. */
  links?: ClipLinks;
}

type Files = Map<string, string | Uint8Array>;

/**
 * Writes a report folder: report.json, report.md, report.html, figures/ (SVG, PNG), and the data to make them again: predictions.csv,
 * manifest.json, and, if available, gender-posteriors.csv, training.json, importance.csv and map.csv. An earlier report at this path is
 * replaced as a whole, once the new one is complete.
 * @returns the content of report.json
 * @throws {SerError} `usage` if the folder contains anything but a report, `table` for inconsistent predictions
 */
export async function writeReport(dir: string, input: ReportInput): Promise<Report> {
  const { report, files } = await composeReport(input);
  replaceReportFolder(dir, files);
  return report;
}

/** The content of report.json, and all files of the folder by path. @throws as `writeReport` */
export async function composeReport(input: ReportInput): Promise<{ report: Report; files: Files }> {
  const { predictions, maleProbability, history, importance, map, manifest } = input;
  const scored = makeReport(input);
  const { report } = scored;
  const charts = reportCharts(scored, { history, importance, map, seed: manifest.seed });
  const markdown = reportMarkdown(scored, charts, input);
  const { drawn, pictures } = await drawFigures(charts);
  const { n, speakers } = wholeOf(report.systems[0]);
  const facts = [
    ['Protocol', report.protocol],
    ['Test clips', `${n}, of ${speakers || 'unknown'} speakers; ${overlapPhrase(report.overlap)}`],
    ['Training', report.kind === 'predictions' ? 'elsewhere' : seedPhrase(manifest.seed) || 'seed not known'],
    ['Command', manifest.command],
  ] as const;
  const files: Files = new Map<string, string | Uint8Array>([
    ['report.json', jsonText(report)],
    ['report.md', markdown],
    ['report.html', reportPage({ markdown, figures: drawn, facts })],
    [PREDICTIONS, modelPredictionsToCsv(predictions)],
    ['manifest.json', jsonText(manifest)],
    ...pictures,
  ]);
  if (maleProbability) files.set(GENDER_POSTERIORS, voicesToCsv(maleProbability, predictions[0].rows));
  if (history) files.set(TRAINING, jsonText(history));
  if (importance) files.set(IMPORTANCE, importanceToCsv(importance));
  if (map) files.set(MAP, clipMapToCsv(map));
  return { report, files };
}

/** Draws charts. @returns the charts, and figures/NAME.svg and figures/NAME.png of each as files */
export async function drawFigures(
  charts: readonly { name: string; title: string; spec: ChartSpec }[],
): Promise<{ drawn: PageFigure[]; pictures: Files }> {
  const drawn: PageFigure[] = [];
  const pictures: Files = new Map();
  for (const { name, title, spec } of charts) {
    const svg = await renderSvg(spec);
    drawn.push({ name, title, spec, svg });
    pictures.set(`figures/${name}.svg`, svg).set(`figures/${name}.png`, await renderPng(svg));
  }
  return { drawn, pictures };
}

export const PREDICTIONS = 'predictions.csv';
const [GENDER_POSTERIORS, TRAINING, IMPORTANCE, MAP] = ['gender-posteriors.csv', 'training.json', 'importance.csv', 'map.csv']; // prettier-ignore

/** The texts that are read from report.json. The figures are computed again. */
const REPORT = v.object({
  kind: v.picklist(REPORT_KINDS),
  protocol: v.string(),
  description: v.string(),
  overlap: OVERLAP,
  notes: v.array(v.string()),
  interval: v.object({ resamples: count, seed: v.union([finite, v.string()]), level: finite }),
  maxError: finite,
  systems: v.array(v.object({ name: v.string(), title: v.string(), what: v.string() })),
  routing: v.nullable(v.object({ posteriors: v.string() })),
});

/**
 * Reads a report folder, so that it can be written again, or compared with another.
 * @throws {SerError} `table` if it is not a report folder, or a file is missing or damaged
 */
export function readReport(dir: string): ReportInput {
  const { kind: known } = readReportJson(dir, 'report.json', v.looseObject({ kind: v.optional(v.string()), protocol: v.string() })); // prettier-ignore
  if (known === undefined) {
    throw new SerError('table', `${dir} holds a report of an earlier version: make it again with the command in its manifest.json.`); // prettier-ignore
  }
  const { kind, protocol, interval, maxError, systems, routing, ...context } = readReportJson(
    dir,
    'report.json',
    REPORT,
  );
  const optional = <T>(name: string, parse: (text: string, origin: string) => T): T | undefined =>
    existsSync(join(dir, name)) ? parse(readReportText(dir, name), join(dir, name)) : undefined;
  const history = v.record(v.string(), v.array(TRAINING_EPOCH));
  return {
    kind,
    ...context,
    predictions: parseModelPredictionsCsv(readReportText(dir, PREDICTIONS), protocol, join(dir, PREDICTIONS)),
    names: systems,
    ...(routing && { posteriors: routing.posteriors }),
    ...optional(GENDER_POSTERIORS, (text, origin) => ({ maleProbability: parseVoicesCsv(text, origin) })),
    ...optional(TRAINING, (text, origin) => ({ history: parseJson(text, history, origin, 'table') })),
    ...optional(IMPORTANCE, (text, origin) => ({ importance: parseImportanceCsv(text, origin) })),
    ...optional(MAP, (text, origin) => ({ map: parseClipMapCsv(text, origin) })),
    manifest: readReportJson(dir, 'manifest.json', MANIFEST),
    options: { ...interval, maxError },
  };
}

/**
 * Makes everything of a report folder again from its predictions and its manifest, without any model. Other files in it stay;
 * pictures of charts that the report no longer has are removed.
 * @param links  to the recordings, for the most confident errors
 * @returns paths in the folder
 * @throws {SerError} `table` if it is not a report folder, or a damaged one, which is then left unchanged
 */
export async function rebuildReport(dir: string, links?: ClipLinks): Promise<string[]> {
  const { files } = await composeReport({ ...readReport(dir), links });
  for (const [name, content] of files) writeFileAtomic(join(dir, name), content);
  const figures = existsSync(join(dir, 'figures')) ? readdirSync(join(dir, 'figures')) : [];
  for (const name of figures) {
    if (/\.(svg|png)$/.test(name) && !files.has(`figures/${name}`)) rmSync(join(dir, 'figures', name));
  }
  return [...files.keys()];
}

/**
 * A system of a report folder, for comparison with another.
 * @param name  `oracle`, `hard` …; default: the report's first
 * @throws {SerError} `usage` if the report has no such system, `table` for a damaged one
 */
export function readSystem(dir: string, name?: string): System {
  const { predictions, maleProbability, names, manifest } = readReport(dir);
  const systems = systemsOf(predictions, maleProbability, names);
  const found = name === undefined ? systems[0] : systems.find((one) => one.name === name);
  if (!found) throw new SerError('usage', `${dir} has no system ${name}; it has ${systems.map((one) => one.name).join(', ')}.`); // prettier-ignore
  const adapted = manifest.options.speakerAdapt ? ', speaker-adapted (transductive)' : '';
  return { ...found, name: `${systems.length > 1 ? `${dir} (${found.name})` : dir}${adapted}` };
}

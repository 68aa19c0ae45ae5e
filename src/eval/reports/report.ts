import { join } from 'node:path';
import * as v from 'valibot';
import type { BootstrapOptions } from '../statistics/bootstrap.ts';
import { evaluate, type Evaluation, partsOf } from '../metrics/evaluate.ts';
import type { ClipLinks } from '../text/clipLinks.ts';
import { mistakesMarkdown } from '../text/mistakesMarkdown.ts';
import type { Predictions } from '../systems/predictions.ts';
import { predictionsToCsv, readPredictionsCsv } from '../systems/predictionsCsv.ts';
import { drawFigures } from './drawFigures.ts';
import { reportFigures, type TrainingHistory } from './reportFigures.ts';
import { MANIFEST, readReportJson, REPORT_HEAD } from './reportFiles.ts';
import { replaceReportFolder } from './reportFolder.ts';
import { overlapPhrase } from '../statistics/overlap.ts';
import { type ReportContext, reportMarkdown } from '../text/reportMarkdown.ts';
import { reportPage } from './page/reportPage.ts';
import type { RoutingInput } from '../systems/routing.ts';
import { readRoutingFiles, routingFiles } from '../systems/voicesCsv.ts';
import { routingMarkdown } from '../text/routingMarkdown.ts';
import { routingReport, type RoutingReport } from './routingReport.ts';
import { seedPhrase } from '../statistics/seeds.ts';
import { TRAINING_EPOCH } from '../systems/trainingEpoch.ts';

/** How the predictions came about: what it takes to make them again. */
export interface Manifest {
  command: string;
  options: Record<string, unknown>;
  seed?: unknown;
  /** Of node, this package and those that compute. */
  versions: Record<string, string>;
  /** Hashes of the data. */
  data: Record<string, unknown>;
  /** Hashes and origins of the models. */
  models: Record<string, unknown>;
  [more: string]: unknown;
}

/** All that a report is made of; `readReport` gets it back from the folder. */
export interface ReportInput extends ReportContext {
  predictions: Predictions;
  manifest: Manifest;
  /** Curves of the trainings; empty where the models come from elsewhere. */
  history: TrainingHistory;
  bootstrap?: BootstrapOptions;
  /** With it, the clips are also routed by the gender model and compared with the oracle. */
  routing?: RoutingInput;
  /** To the recordings, where they are at hand. They are not kept in the folder. */
  links?: ClipLinks;
}

/** What stands in report.json: the figures, and the words that belong to them. */
export type Report = Evaluation & { routing?: RoutingReport } & ReportContext;

/**
 * Writes a report folder: report.json, report.md, report.html, predictions.csv, manifest.json, training.json and figures/ (SVG, PNG),
 * and, where clips were routed, routing/ with what each model says of every clip.
 * An earlier report in its place is replaced as a whole, and only once the new one is complete.
 * @returns what stands in report.json
 * @throws {SerError} `usage` if the folder holds something else than a report, `table` for predictions that don't hold together
 */
export async function writeReport(dir: string, input: ReportInput): Promise<Report> {
  const { report, files } = await composeReport(input);
  replaceReportFolder(dir, files);
  return report;
}

/** What stands in report.json, and all files of the folder by their paths in it. @throws as `writeReport` */
export async function composeReport(
  input: ReportInput,
): Promise<{ report: Report; files: Map<string, string | Uint8Array> }> {
  const { predictions, manifest, history, description, overlap, notes, links } = input;
  const evaluation = evaluate(predictions, input.bootstrap);
  const routing = input.routing && routingReport(input.routing, input.bootstrap);
  const report: Report = { ...evaluation, ...(routing && { routing }), description, overlap, notes };
  const figures = reportFigures(predictions, evaluation, { overlap, history, seed: manifest.seed });
  const markdown = reportMarkdown(predictions, evaluation, report, figures, manifest, [
    ...(routing ? [routingMarkdown(routing)] : []),
    mistakesMarkdown([{ ...predictions, seed: null }], links),
  ]);
  const { drawn, pictures } = await drawFigures(figures);
  const { n, speakers } = evaluation[partsOf(predictions).at(-1)![0]]!;
  const facts = [
    ['Protocol', evaluation.protocol],
    ['Test clips', `${n}, of ${speakers} speakers; ${overlapPhrase(overlap)}`],
    ['Training', seedPhrase(manifest.seed) || 'seed not known'],
    ['Command', manifest.command],
  ] as const;
  const files = new Map<string, string | Uint8Array>([
    ['report.json', json(report)],
    ['report.md', markdown],
    ['report.html', reportPage({ markdown, figures: drawn, facts })],
    ['predictions.csv', predictionsToCsv(predictions)],
    ['manifest.json', json(manifest)],
    ['training.json', json(history)],
    ...(input.routing ? routingFiles(input.routing) : []),
    ...pictures,
  ]);
  return { report, files };
}

/**
 * Reads a report folder back, so that it can be written again, or compared with another.
 * @throws {SerError} `table` if a file is missing or damaged
 */
export function readReport(dir: string): ReportInput {
  const head = v.object({ ...REPORT_HEAD.entries, routing: v.optional(v.object({ posteriors: v.string() })) });
  const { protocol, description, overlap, notes, interval, routing } = readReportJson(dir, 'report.json', head);
  return {
    description,
    overlap,
    notes,
    predictions: readPredictionsCsv(join(dir, 'predictions.csv'), protocol),
    manifest: readReportJson(dir, 'manifest.json', MANIFEST),
    history: readReportJson(dir, 'training.json', v.record(v.string(), v.array(TRAINING_EPOCH))),
    bootstrap: interval,
    ...(routing && { routing: readRoutingFiles(dir, protocol, routing.posteriors) }),
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

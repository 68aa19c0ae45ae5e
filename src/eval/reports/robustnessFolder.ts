import { join } from 'node:path';
import * as v from 'valibot';
import type { BootstrapOptions } from '../statistics/bootstrap.ts';
import { drawFigures } from './drawFigures.ts';
import { overlapPhrase } from '../statistics/overlap.ts';
import { predictionsToCsv, readPredictionsCsv } from '../systems/predictionsCsv.ts';
import type { Manifest } from './report.ts';
import { MANIFEST, readReportJson, REPORT_HEAD } from './reportFiles.ts';
import { replaceReportFolder } from './reportFolder.ts';
import type { ReportContext } from '../text/reportMarkdown.ts';
import { reportPage } from './page/reportPage.ts';
import { type ConditionPredictions, robustnessReport, type RobustnessReport } from './robustness.ts';
import { robustnessChart } from '../charts/robustnessChart.ts';
import { robustnessMarkdown } from '../text/robustnessMarkdown.ts';
import { seedPhrase } from '../statistics/seeds.ts';

/** All that the report is made of; `readRobustnessFolder` gets it back from the folder. */
export interface RobustnessInput extends ReportContext {
  conditions: readonly ConditionPredictions[];
  manifest: Manifest;
  bootstrap?: BootstrapOptions;
}

/**
 * Writes a report folder: report.json, report.md, report.html, predictions/CONDITION.csv, manifest.json and figures/ (SVG, PNG). An earlier report
 * in its place is replaced as a whole, and only once the new one is complete.
 * @throws {SerError} `usage` if the folder holds something else than a report, `table` for predictions that don't hold together
 */
export async function writeRobustnessFolder(dir: string, input: RobustnessInput): Promise<RobustnessReport> {
  const { report, files } = await composeRobustness(input);
  replaceReportFolder(dir, files);
  return report;
}

/** What stands in report.json, and all files of the folder by their paths in it. @throws as `writeRobustnessFolder` */
export async function composeRobustness(
  input: RobustnessInput,
): Promise<{ report: RobustnessReport & ReportContext; files: Map<string, string | Uint8Array> }> {
  const { conditions, manifest, description, overlap, notes, bootstrap } = input;
  const context = { description, overlap, notes };
  const report = { ...robustnessReport(conditions, bootstrap), ...context };
  const { protocol, n, speakers } = report;
  const seeds = seedPhrase(manifest.seed);
  const title = 'Noise and other conditions: what the models still get right';
  const subtitle = [
    `protocol ${protocol}, ${n} test clips of ${speakers} speakers, ${overlapPhrase(overlap)}${seeds && `, ${seeds}`}`,
    `lines: ${100 * report.interval.level} % intervals over the speakers`,
  ].join('; ');
  const spec = robustnessChart({ conditions: report.conditions, title, subtitle });
  const figures = [{ name: 'robustness', title, spec }];
  const markdown = robustnessMarkdown(report, context, figures, manifest.command);
  const { drawn, pictures } = await drawFigures(figures);
  const facts = [
    ['Protocol', protocol],
    ['Test clips', `${n}, of ${speakers} speakers; ${overlapPhrase(overlap)}`],
    ['Training', seeds || 'seed not known'],
    ['Command', manifest.command],
  ] as const;
  const files = new Map<string, string | Uint8Array>([
    ['report.json', `${JSON.stringify(report, null, 2)}\n`],
    ['report.md', markdown],
    ['report.html', reportPage({ markdown, figures: drawn, facts })],
    ['manifest.json', `${JSON.stringify(manifest, null, 2)}\n`],
    ...conditions.map(({ name, predictions }) => [fileOf(name), predictionsToCsv(predictions)] as const),
    ...pictures,
  ]);
  return { report, files };
}

/**
 * Reads back what `writeRobustnessFolder` wrote.
 * @throws {SerError} `table` if a file is missing or damaged
 */
export function readRobustnessFolder(dir: string): RobustnessInput {
  const { protocol, conditions, interval, description, overlap, notes } = readReportJson(dir, 'report.json', HEAD);
  return {
    ...{ description, overlap, notes },
    conditions: conditions.map((condition) => {
      return { ...condition, predictions: readPredictionsCsv(join(dir, fileOf(condition.name)), protocol) };
    }),
    manifest: readReportJson(dir, 'manifest.json', MANIFEST),
    bootstrap: interval,
  };
}

const HEAD = v.object({
  ...REPORT_HEAD.entries,
  conditions: v.pipe(
    v.array(
      v.object({
        // Becomes part of a path.
        name: v.pipe(v.string(), v.regex(/^[\w.-]+$/, 'must be a plain name')),
        label: v.string(),
        what: v.string(),
      }),
    ),
    v.minLength(1, 'must name a condition'),
  ),
});

const fileOf = (condition: string): string => `predictions/${condition}.csv`;

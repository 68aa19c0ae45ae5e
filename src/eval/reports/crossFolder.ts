import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { finite } from '../../files/json.ts';
import { type Answers, answersToCsv, parseAnswersCsv } from '../systems/modelPredictions.ts';
import type { ClipLinks } from '../text/clipLinks.ts';
import { type ClipMap, clipMapToCsv, parseClipMapCsv } from '../charts/clips/clipMap.ts';
import { crossFigures } from './crossFigures.ts';
import { crossMarkdown } from '../text/crossMarkdown.ts';
import { type CrossReport, type CrossReportOptions, crossReport } from './crossReport.ts';
import { drawFigures } from './drawFigures.ts';
import { type BlockImportance, importanceMarkdown, importanceToCsv, parseImportanceCsv } from './importance.ts';
import { mistakesMarkdown } from '../text/mistakesMarkdown.ts';
import { overlapPhrase } from '../statistics/overlap.ts';
import type { Manifest } from './report.ts';
import { MANIFEST, readReportJson, readReportText, REPORT_HEAD } from './reportFiles.ts';
import { replaceReportFolder } from './reportFolder.ts';
import type { ReportContext } from '../text/reportMarkdown.ts';
import { reportPage } from './page/reportPage.ts';
import { parseVoicesCsv, voicesToCsv } from '../systems/voicesCsv.ts';
import { seedPhrase } from '../statistics/seeds.ts';
import { systemPredictions, uncalibrated } from '../systems/systems.ts';

/** All that the report of a cross-validation is made of; `readCrossFolder` gets it back from the folder. */
export interface CrossInput extends ReportContext {
  sheets: readonly Answers[];
  /** Of each clip, by its id, from a gender model that never heard the speaker. */
  maleProbability?: Readonly<Record<string, number>>;
  /** Of the models' blocks of features, where the models were asked. */
  importance?: readonly BlockImportance[];
  /** Of the test clips, where their features are known. */
  map?: ClipMap;
  /** To the recordings, where they are at hand. They are not kept in the folder. */
  links?: ClipLinks;
  manifest: Manifest;
  options?: CrossReportOptions;
}

const ANSWERS = 'answers.csv';
const GENDER_POSTERIORS = 'gender-posteriors.csv';
const IMPORTANCE = 'importance.csv';
const MAP = 'map.csv';

/**
 * Writes a report folder: report.json, report.md, report.html, answers.csv, gender-posteriors.csv, importance.csv, map.csv, manifest.json and figures/ (SVG, PNG). An earlier
 * report in its place is replaced as a whole, and only once the new one is complete.
 * @throws {SerError} `usage` if the folder holds something else than a report, `table` for answers that don't hold together
 */
export async function writeCrossFolder(dir: string, input: CrossInput): Promise<CrossReport> {
  const { report, files } = await composeCross(input);
  replaceReportFolder(dir, files);
  return report;
}

/** What stands in report.json, and all files of the folder by their paths in it. @throws as `writeCrossFolder` */
export async function composeCross(
  input: CrossInput,
): Promise<{ report: CrossReport; files: Map<string, string | Uint8Array> }> {
  const { maleProbability, importance, links, manifest, description, overlap, notes } = input;
  // Rounded as they are kept, so that the same figures come out of the folder again.
  const sheets = parseAnswersCsv(answersToCsv(input.sheets), input.sheets[0].protocol);
  const map = input.map && parseClipMapCsv(clipMapToCsv(input.map), MAP);
  const context = { description, overlap, notes };
  const report = crossReport(sheets, maleProbability, input.options);
  const predictions = systemPredictions(sheets, maleProbability);
  const before = systemPredictions(uncalibrated(sheets), maleProbability);
  const figures = crossFigures(report, { overlap, predictions, before, importance, map });
  const [main] = report.systems;
  const markdown = crossMarkdown(report, context, figures, manifest.command, {
    errors: mistakesMarkdown(predictions[main.system]!, links),
    importance: importance && importanceMarkdown(importance),
  });
  const { drawn, pictures } = await drawFigures(figures);
  const { n, speakers } = main.parts.combined ?? Object.values(main.parts)[0];
  const facts = [
    ['Protocol', report.protocol],
    ['Test clips', `${n}, of ${speakers} speakers; ${overlapPhrase(overlap)}`],
    ['Training', main.system === 'given' ? 'elsewhere' : `in every fold, ${seedPhrase(report.seeds)}`],
    ['Command', manifest.command],
  ] as const;
  const files = new Map<string, string | Uint8Array>([
    ['report.json', `${JSON.stringify({ ...report, ...context }, null, 2)}\n`],
    ['report.md', markdown],
    ['report.html', reportPage({ markdown, figures: drawn, facts })],
    [ANSWERS, answersToCsv(sheets)],
    ['manifest.json', `${JSON.stringify(manifest, null, 2)}\n`],
    ...pictures,
  ]);
  if (importance) files.set(IMPORTANCE, importanceToCsv(importance));
  if (map) files.set(MAP, clipMapToCsv(map));
  if (maleProbability) files.set(GENDER_POSTERIORS, voicesToCsv(maleProbability));
  return { report, files };
}

/**
 * Reads back what `writeCrossFolder` wrote.
 * @throws {SerError} `table` if a file is missing or damaged
 */
export function readCrossFolder(dir: string): CrossInput {
  const head = v.object({ ...REPORT_HEAD.entries, maxError: finite });
  const { protocol, description, overlap, notes, interval, maxError } = readReportJson(dir, 'report.json', head);
  const optional = <T>(name: string, parse: (text: string, origin: string) => T): T | undefined =>
    existsSync(join(dir, name)) ? parse(readReportText(dir, name), join(dir, name)) : undefined;
  const maleProbability = optional(GENDER_POSTERIORS, parseVoicesCsv);
  const importance = optional(IMPORTANCE, parseImportanceCsv);
  const map = optional(MAP, parseClipMapCsv);
  return {
    ...{ description, overlap, notes },
    sheets: parseAnswersCsv(readReportText(dir, ANSWERS), protocol, join(dir, ANSWERS)),
    ...(maleProbability && { maleProbability }),
    ...(importance && { importance }),
    ...(map && { map }),
    manifest: readReportJson(dir, 'manifest.json', MANIFEST),
    options: { ...interval, maxError },
  };
}

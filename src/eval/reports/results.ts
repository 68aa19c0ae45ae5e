import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ANCHORS } from '../text/anchors.ts';
import { readCrossFolder } from './crossFolder.ts';
import { type CrossReport, crossReport, type SystemPart } from './crossReport.ts';
import type { Interval } from '../statistics/bootstrap.ts';
import type { Part } from '../metrics/evaluate.ts';
import { overSeedsText } from '../text/figureText.ts';
import { fencedMarkdown, markdownTable } from '../text/markdown.ts';
import type { OverSeeds } from '../statistics/seeds.ts';
import { CROSS_SYSTEMS, type CrossSystem } from '../systems/systems.ts';

/** One figure of one system under one protocol. */
export interface Result {
  protocol: string;
  /** What was trained in every fold: `pair`, `pooled`, `pooled-gender`. */
  model: string;
  /** How the answers were put together; of several systems the first is the model's own. */
  system: CrossSystem;
  /** Whose clips. */
  part: Part;
  metric: 'uar' | 'accuracy' | 'macroF1' | 'ece' | 'brier' | 'nll';
  /** Over the seeds; the standard deviation is null with one seed. */
  mean: number;
  sd: number | null;
  /** 95 %, bootstrap over the test speakers of the mean over the seeds; null where there is none, as of the calibration. */
  interval: Interval | null;
  seeds: number[];
  /** Test clips. */
  n: number;
  /** Makes the figure, trainings included. */
  command: string;
}

/** A kept cross-validation, scored again. */
export interface KeptReport {
  model: string;
  command: string;
  report: CrossReport;
}

/**
 * Scores the answers of all cross-validations that a folder keeps, in the order of their names.
 * @throws {SerError} `table` for a damaged one
 */
export function readKeptReports(folder: string): KeptReport[] {
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'answers.csv')));
  return names.sort().map((name) => {
    const { sheets, maleProbability, manifest, options } = readCrossFolder(join(folder, name));
    const report = crossReport(sheets, maleProbability, options);
    return { model: String(manifest.options.model), command: manifest.command, report };
  });
}

/** All figures of some reports, as docs/results.json has them. */
export function resultsOf(reports: readonly KeptReport[]): Result[] {
  return reports.flatMap(({ model, command, report: { protocol, seeds, systems } }) =>
    systems.flatMap(({ system, parts, calibration }) =>
      (Object.entries(parts) as [Part, SystemPart][]).flatMap(([part, { n, uar, accuracy, macroF1 }]) => {
        const figures: Partial<Record<Result['metric'], OverSeeds & { interval?: Interval | null }>> = {
          ...{ uar, accuracy, macroF1 },
          ...(part === 'combined' && calibration?.after),
        };
        return Object.entries(figures).map(([metric, { mean, sd, interval = null }]) => ({
          ...{ protocol, model, system, part },
          metric: metric as Result['metric'],
          ...{ mean, sd, interval, seeds: seeds.filter((seed) => seed !== null), n, command },
        }));
      }),
    ),
  );
}

/** The systems that a reader looks for first. */
const SHOWN: readonly CrossSystem[] = ['oracle', 'hard', 'swapped', 'pooled', 'pooled-gender'];

/** A row a protocol and system, then what others report under these protocols, then the commands. */
export function resultsMarkdown(reports: readonly KeptReport[]): string {
  const rows = reports.flatMap(({ report: { protocol, seeds, systems } }) =>
    systems
      .filter(({ system }) => SHOWN.includes(system))
      .map(({ system, parts }) => {
        const { n, speakers, uar, accuracy } = parts.combined ?? Object.values(parts)[0];
        const counts = [`${n} of ${speakers} speakers`, seeds.length === 1 ? '1' : `${seeds.length}`];
        return [`\`${protocol}\``, `\`${system}\``, ...counts, overSeedsText(uar), overSeedsText(accuracy)];
      }),
  );
  const used = SHOWN.filter((one) => rows.some(([, system]) => system === `\`${one}\``));
  const protocols = [...new Set(reports.map(({ report }) => report.protocol))];
  const anchors = protocols.flatMap((protocol) =>
    (ANCHORS[protocol] ?? []).map(({ uar, what, source }) => `- \`${protocol}\`: ${uar}, ${what} (${source})`),
  );
  return [
    markdownTable(['protocol', 'system', 'test clips', 'seeds', 'UAR', 'accuracy (WA)'], rows, 2),
    used.map((system) => `- \`${system}\`: ${CROSS_SYSTEMS[system]}`).join('\n'),
    ...(anchors.length > 0 ? ['What others report, UAR:', anchors.join('\n')] : []),
    'The commands, trainings included:',
    fencedMarkdown([...new Set(reports.map(({ command }) => command))].join('\n'), 'sh'),
  ].join('\n\n');
}

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { COMBINED } from '../../data/clip.ts';
import { readReportJson, readReportText } from '../../eval/reports/reportJson.ts';
import { finite } from '../../files/json.ts';
import type { ReportInput } from './schemas.ts';
import type { ToolAnswer, ToolContext } from './tool.ts';

const REPORT = v.object({
  kind: v.string(),
  protocol: v.string(),
  labels: v.array(v.string()),
  systems: v.array(
    v.object({
      name: v.string(),
      what: v.string(),
      parts: v.record(v.string(), v.nullable(v.object({ n: finite, figures: v.record(v.string(), v.nullable(v.object({ mean: v.nullable(finite) }))) }))), // prettier-ignore
    }),
  ),
});

/** The figures of a report folder. */
export const reportTool = async ({ folder }: ReportInput, { folders }: ToolContext): Promise<ToolAnswer> =>
  readFigures(folders.within(folder));

/** Figures of every system for all clips, in words the report's own first section. @throws {SerError} `table` if it is not a report folder */
export function readFigures(folder: string): ToolAnswer {
  const { systems, ...what } = readReportJson(folder, 'report.json', REPORT);
  const [overview] = readReportText(folder, 'report.md').split('\n## ');
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return {
    text: `${overview.trim()}\n\nReport: ${join(folder, 'report.html')}`,
    data: {
      folder,
      ...what,
      systems: systems.map(({ name, what, parts }) => {
        const { n, figures } = parts[COMBINED] ?? Object.values(parts).find((part) => part !== null) ?? { n: 0, figures: {} }; // prettier-ignore
        const means = Object.entries(figures).map(([figure, value]) => [figure, value?.mean ?? null]);
        return { name, what, clips: n, figures: Object.fromEntries(means) as Record<string, number | null> };
      }),
      files: files.map(({ parentPath, name }) => join(parentPath, name)).sort(),
    },
  };
}

import * as v from 'valibot';
import { type Part, PARTS } from '../../data/clip.ts';
import { count, finite } from '../../files/json.ts';
import type { Report } from '../reports/report.ts';

const shared = v.object({ test: count, shared: count });
export const OVERLAP = v.object({
  speakers: shared,
  sentences: shared,
  recordings: shared,
  possible: v.optional(v.boolean()),
});

/** An undefined figure is NaN, which JSON writes as null. */
const figure = v.pipe(v.nullable(finite), v.transform((value) => value ?? NaN)); // prettier-ignore
const overSeeds = { mean: figure, sd: v.nullable(finite) };
const classFigures = { precision: v.object(overSeeds), recall: v.object(overSeeds), f1: v.object(overSeeds) };

/** A model's test results: stored with the model, for its card and for the API. */
export const TEST_RESULTS = v.object({
  protocol: v.string(),
  description: v.string(),
  overlap: OVERLAP,
  interval: v.object({
    resamples: count,
    seed: v.union([finite, v.string()]),
    level: finite,
    over: v.literal('speakers'),
  }),
  part: v.picklist(PARTS),
  n: count,
  speakers: count,
  correct: finite,
  figures: v.record(
    v.string(),
    v.object({ ...overSeeds, values: v.array(figure), interval: v.nullable(v.object({ low: finite, high: finite })) }),
  ),
  classes: v.array(v.object({ label: v.string(), clips: count, ...classFigures })),
});
export type TestResults = v.InferOutput<typeof TEST_RESULTS>;

/** The results of one system of a report, on one part of the clips. */
export function testResultsOf(report: Report, system: string, part: Part): TestResults {
  const { protocol, description, overlap, interval, systems } = report;
  const { n, speakers, correct, figures, classes } = systems.find(({ name }) => name === system)!.parts[part]!;
  return { protocol, description, overlap, interval, part, n, speakers, correct, figures, classes };
}

/** The API's form: the counts, and every metric by its name. */
export function testFigures({ protocol, part, n, speakers, correct, figures }: TestResults) {
  const values = Object.entries(figures).map(([name, { mean }]) => [name, mean] as const);
  return { protocol, part, n, speakers, correct, ...(Object.fromEntries(values) as Record<string, number>) };
}

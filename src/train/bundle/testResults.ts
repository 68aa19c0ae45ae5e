import { readFileSync } from 'node:fs';
import { SerError } from '../../error.ts';
import type { TestResults } from '../../eval/systems/testResults.ts';
import { testResultsMarkdown } from '../../eval/text/testResultsMarkdown.ts';
import { jsonText, writeFileAtomic } from '../../files/files.ts';
import { fileOfSet } from '../../files/fileSet.ts';
import { MODEL_FILES } from './bundle.ts';
import type { Cost } from './bundleCheck.ts';
import { costMarkdown, measureCost } from './cost.ts';
import { fillCost, fillTestResults } from './modelCard.ts';

/**
 * Keeps the results of a model's test with it: as data in `bundle.json`, and made of that as a section of its card. The figures are out
 * already: a folder that may not be written to, or a card without the place, stops nothing.
 * @returns a notice for each file that is left as it is
 */
export function recordTestResults(dir: string, results: TestResults): string[] {
  return [
    ...rewrite(dir, MODEL_FILES.head, (text) => jsonText({ ...(JSON.parse(text) as object), results })),
    ...rewrite(dir, 'MODEL_CARD.md', (text) => fillTestResults(text, testResultsMarkdown(results))),
  ];
}

/**
 * Keeps what a model costs with it, in the same way.
 * @param trainingSeconds  if they are known
 * @returns a notice for each file that is left as it is
 */
export async function recordCost(dir: string, trainingSeconds?: number): Promise<string[]> {
  let cost: Cost;
  try {
    cost = await measureCost(dir, trainingSeconds);
  } catch (error) {
    if (!(error instanceof SerError)) throw error;
    return [`What the model costs is not measured: ${error.message}`];
  }
  return [
    ...rewrite(dir, MODEL_FILES.head, (text) => jsonText({ ...(JSON.parse(text) as object), cost })),
    ...rewrite(dir, 'MODEL_CARD.md', (text) => fillCost(text, costMarkdown(cost))),
  ];
}

function rewrite(dir: string, file: string, change: (text: string) => string): string[] {
  const path = fileOfSet(dir, MODEL_FILES, file);
  try {
    const text = readFileSync(path, 'utf8');
    const changed = change(text);
    if (changed !== text) writeFileAtomic(path, changed);
    return [];
  } catch (error) {
    return [`${path} is left as it is: ${(error as Error).message}`];
  }
}

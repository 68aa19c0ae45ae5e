import { readFileSync } from 'node:fs';
import type { TestResults } from '../../eval/systems/testResults.ts';
import { testResultsMarkdown } from '../../eval/text/testResultsMarkdown.ts';
import { jsonText, writeFileAtomic } from '../../files/files.ts';
import { fileOfSet } from '../../files/fileSet.ts';
import { MODEL_FILES } from './bundle.ts';
import { fillTestResults } from './modelCard.ts';

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

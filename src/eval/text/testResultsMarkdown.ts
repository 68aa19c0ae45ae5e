import type { TestResults } from '../systems/testResults.ts';
import { classTable } from './classTables.ts';
import { explanation, METRIC_TITLES, metricTexts, protocolLine } from './figureText.ts';
import { markdownTable } from './markdown.ts';

/** Test results as Markdown, for a model card: the protocol first. */
export function testResultsMarkdown(results: TestResults): string {
  const { protocol, part, n, speakers, correct, classes, interval } = results;
  return [
    protocolLine(protocol, results),
    markdownTable(
      ['test clips', 'n', 'speakers', 'right', ...METRIC_TITLES],
      [[part, ...[n, speakers, correct].map(String), ...metricTexts(results)]],
    ),
    explanation(interval, [results]),
    classTable(classes),
  ].join('\n\n');
}

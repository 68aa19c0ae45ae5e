import { recallsChart } from '../../charts/recallsChart.ts';
import type { ReportComparison } from '../../systems/compare.ts';
import { comparisonMarkdown, comparisonSubtitle, recallsOf } from '../../text/comparisonWords.ts';
import { drawFigures } from '../reportFiles.ts';
import { reportPage } from './reportPage.ts';

/** A comparison as one HTML file. @param command  that created it */
export async function comparisonPage(comparison: ReportComparison, command: string): Promise<string> {
  const { first, second, clips, speakers } = comparison;
  const title = 'Recall by emotion';
  const names = [`first: ${first.name}`, `second: ${second.name}`] as const;
  const spec = recallsChart({
    recalls: recallsOf(comparison),
    names,
    title,
    subtitle: comparisonSubtitle(comparison),
  });
  const { drawn } = await drawFigures([{ name: 'recalls', title, spec }]);
  return reportPage({
    markdown: comparisonMarkdown(comparison, command, { name: 'recalls', title }),
    figures: drawn,
    facts: [
      ['First', first.name],
      ['Second', second.name],
      ['Compared on', `${clips} clips of ${speakers} speakers`],
      ['Command', command],
    ],
  });
}

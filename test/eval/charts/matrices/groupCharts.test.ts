import { expect, test } from 'vitest';
import { groupConfusionChart, groupRecallChart } from '../../../../src/eval/charts/matrices/groupCharts.ts';
import { groupScores } from '../../../../src/eval/statistics/mistakes.ts';
import { renderSvg } from '../../../../src/eval/charts/render.ts';
import { sample } from '../../samplePredictions.ts';

const text = { title: 'By group', subtitle: 'protocol p, 60 test clips' };
const { labels } = sample;

test('confusions side by side: the share of each true label, a dash where a group has no clips of it', async () => {
  const groups = [
    { group: 'normal', confusion: [[3, 1, 0], [0, 2, 0], [0, 0, 0]] },
    { group: 'strong', confusion: [[0, 0, 5], [1, 1, 0], [0, 0, 1]] },
  ]; // prettier-ignore
  const svg = await renderSvg(groupConfusionChart({ labels, groups, ...text }));
  const cells = [...svg.matchAll(/<text[^>]*font-size="11px"[^>]*>([^<]*)</g)].map(([, shown]) => shown);
  expect(cells).toEqual(
    ['75', '25', '0', '0', '100', '0', '–', '–', '–', '0', '0', '100', '50', '50', '0', '0', '0', '100'], // prettier-ignore
  );
  for (const word of ['normal', 'strong', text.title, text.subtitle]) expect(svg).toContain(`>${word}<`);
});

test('recall of each speaker, the best first', async () => {
  const groups = groupScores(sample, ({ speaker }) => speaker);
  const svg = await renderSvg(groupRecallChart({ labels, groups, by: 'speaker', ...text }));
  const cells = [...svg.matchAll(/<text[^>]*font-size="11px"[^>]*>([^<]*)</g)].map(([, shown]) => shown);
  expect(cells).toHaveLength(labels.length * groups.length);
  expect(cells.slice(0, 3)).toEqual(groups[0].recalls.map((recall) => (100 * recall).toFixed(0)));
  const order = [...svg.matchAll(/>(\d)</g)].map(([, speaker]) => speaker);
  const best = groups.toSorted((a, b) => b.uar - a.uar).map(({ group }) => group);
  expect(order.slice(0, 2)).toEqual(best.slice(0, 2));
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { clipMapChart } from '../../../../src/eval/charts/clips/clipMapChart.ts';
import { confusionChart } from '../../../../src/eval/charts/confusionChart.ts';
import { drawFigures } from '../../../../src/eval/reports/reportFiles.ts';
import { plainMarkdown } from '../../../../src/eval/text/markdown.ts';
import { type PageFigure, reportPage } from '../../../../src/eval/reports/page/reportPage.ts';
import { seedPhrase } from '../../../../src/eval/statistics/seeds.ts';
import { trainingChart } from '../../../../src/eval/charts/trainingChart.ts';
import { CHROMIUM, CHROMIUM_ARGS, describePage } from '../../../browser.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const EVIL = `<script>alert(1)</script>`;
const MARKDOWN = `# Evaluation under \`reference\`

**Protocol \`reference\`.** Speakers overlap.

## Men & women

| clip | p |
| --- | --: |
| ${EVIL} | 0.5 |
| ${plainMarkdown(`a|b ${EVIL} [x](javascript:alert(2)) \`c\``)} | 0.25 |

<img src=x onerror=alert(3)>

![a stranger](https://example.org/spy.png) [run](javascript:alert(4)) [paper](https://example.org/paper) [table](predictions.csv)

![Confusion](figures/confusion.png)

![Training](figures/training.png)

![Map](figures/map.png)
`;
const text = { title: `Matrix ${EVIL}`, subtitle: 'protocol reference, 5 test clips, seed 1' };
const confusion = confusionChart({ labels: ['calm', EVIL], confusion: [[2, 1], [0, 2]], ...text }); // prettier-ignore
const training = trainingChart({
  runs: [
    { name: 'male', epochs: [1, 2].map((epoch) => ({ epoch, learningRate: 1e-3, loss: 1 / epoch, accuracy: 0.5 })) },
  ],
  ...text,
});
const map = clipMapChart({
  points: [0, 1, 2].map((x) => ({ id: `clip ${x}`, x, y: x / 3, group: 'calm', wrong: x === 1 })),
  ...{ groups: ['calm', 'sad', 'angry'], by: 'emotion', axes: ['first, by variance', 'second'] as const },
  ...text,
});
const facts = [['Protocol', `reference ${EVIL}`]] as const;

let figures: PageFigure[];
let html: string;
beforeAll(async () => {
  ({ drawn: figures } = await drawFigures([
    { name: 'confusion', title: 'Confusion', spec: confusion },
    { name: 'training', title: 'Training', spec: training },
    { name: 'map', title: 'Map', spec: map },
  ]));
  html = reportPage({ markdown: MARKDOWN, figures, facts });
});

/** Without the libraries, whose sources hold what looks like tags. */
const markup = (): string => html.replace(/<script>[\s\S]*?<\/script>/g, '');

test('the page has the words of the report, its contents, and every figure with what it does not travel without', () => {
  expect(html).toContain('<title>Evaluation under reference</title>');
  expect(html).toContain('<strong>Protocol <code>reference</code>.</strong> Speakers overlap.');
  expect(html).toContain('<a href="#section-1">Men &amp; women</a>');
  expect(html).toContain('<h2 id="section-1">Men &amp; women</h2>');
  for (const name of ['confusion', 'training', 'map']) {
    expect(html).toContain(`<figure id="chart-${name}"`);
    expect(html).toMatch(new RegExp(`"chart-${name}":\\{"\\$schema"`));
  }
  expect(html.match(/alt="(Confusion|Training|Map): protocol reference, 5 test clips, seed 1"/g)).toHaveLength(3);
  expect(html).not.toContain('figures/confusion.png');
});

test('it needs nothing else: no address to load a script, a style or a picture from, and a policy that forbids it', () => {
  expect(markup()).not.toMatch(
    /<(script|link|iframe|img|source|object)[^>]*(src|href|data)\s*=\s*["']?(https?:)?\/\//i,
  );
  expect(markup()).not.toMatch(/@import|url\(/i);
  expect(html).toMatch(/<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data: blob:;/);
  expect(html).not.toMatch(/script-src[^;]*unsafe/);
});

test('what clips and labels are called is shown, never run', () => {
  const shown = '&lt;script&gt;alert(1)&lt;/script&gt;';
  expect(markup()).toContain(`<td class="short">${shown}</td>`);
  expect(markup()).toContain(`a|b ${shown} [x](javascript:alert(2)) \`c\`</td>`);
  expect(markup()).toContain('&lt;img src=x onerror=alert(3)&gt;');
  expect(markup()).toContain(`<dd>reference ${shown}</dd>`);
  expect(markup()).not.toMatch(/<script>|<img src=x|href="javascript/i);
  expect(markup()).not.toContain('spy.png');
  expect(markup()).toContain('<a href="https://example.org/paper" rel="noopener">paper</a>');
  expect(markup()).toContain('<a href="predictions.csv" rel="noopener">table</a>');
  const [specs] = /(?<=<script type="application\/json" id="charts">).*/.exec(html)!;
  expect(specs.indexOf('</script>')).toBe(specs.length - '</script>'.length); // the element's own end alone
});

test('the seeds of a manifest in words', () => {
  expect(seedPhrase(3)).toBe('seed 3');
  expect(seedPhrase([1, 2, 3])).toBe('seeds 1, 2, 3');
  expect(seedPhrase([1])).toBe('seed 1');
  expect(seedPhrase({ male: 1, female: 1 })).toBe('seed 1');
  expect(seedPhrase({ male: 1, female: 2 })).toBe('seeds male 1, female 2');
  expect(seedPhrase({ male: 1, female: 2 }, 'female')).toBe('seed 2');
  expect(seedPhrase(null)).toBe('');
});

describePage('the page in a browser', () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'ser-page-'));
  const address = pathToFileURL(join(folder, 'report.html')).href;
  beforeAll(async () => {
    writeFileSync(join(folder, 'report.html'), html);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  test('draws all charts, asks the network for nothing, says nothing on the console; on paper the charts are pictures', async () => {
    const page = await browser.newPage({ viewport: { width: 390, height: 800 } });
    const troubles: string[] = [];
    page.on('console', (message) => troubles.push(message.text()));
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('dialog', (dialog) => troubles.push(`dialog ${dialog.message()}`));
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && request.url() !== address) troubles.push(request.url());
    });
    await page.goto(address);
    await page.waitForFunction(() => document.documentElement.dataset.charts === 'drawn', null, { timeout: 120_000 });
    const visible = (selector: string) => page.locator(selector).evaluateAll((all) => all.filter((one) => one.getClientRects().length > 0).length); // prettier-ignore
    expect(await visible('figure .live svg.marks')).toBe(3);
    expect(await visible('figure .still')).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(true); // prettier-ignore
    await page.locator('#chart-confusion .live path[aria-roledescription="rect mark"]').first().hover();
    await page.locator('#vg-tooltip-element.visible').waitFor();
    await page.emulateMedia({ media: 'print' });
    expect(await visible('figure .live')).toBe(0);
    expect(await visible('figure .still')).toBe(3);
    expect(troubles).toEqual([]);
    await page.close();
  });

  test('without scripts the pictures stand in their place', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(address);
    expect(await page.locator('figure .still').first().isVisible()).toBe(true);
    await context.close();
  });
});

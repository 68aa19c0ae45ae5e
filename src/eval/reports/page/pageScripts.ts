import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { memoize } from '../../../memoize.ts';

/** Libraries that draw charts in a browser, in the order of their dependencies. */
const BUNDLES = [
  ['vega', 'vega.min.js'],
  ['vega-lite', 'vega-lite.min.js'],
  ['vega-embed', 'vega-embed.min.js'],
] as const;

/** Their sources, escaped for script tags. Read once: they are nearly a megabyte. */
export const chartLibraries = memoize((): readonly string[] => {
  const { resolve } = createRequire(import.meta.url);
  // `</script` would end the element, `<!--` change the parsing; in JavaScript strings and regular expressions the backslash has no effect.
  return BUNDLES.map(([name, file]) =>
    readFileSync(join(dirname(resolve(name)), file), 'utf8')
      .replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')
      .replace(/<(?=\/script|!--)/gi, '\\x3c'),
  );
});

/** The page's own script: replaces the pictures with interactive charts, one after the other, so that the page stays responsive. */
export const DRAW_CHARTS = `
(async () => {
  const charts = JSON.parse(document.getElementById('charts').textContent);
  for (const [name, spec] of Object.entries(charts)) {
    const figure = document.getElementById(name);
    const live = figure.querySelector('.live');
    try {
      await vegaEmbed(live, spec, {
        mode: 'vega-lite', renderer: 'svg', ast: true, downloadFileName: name,
        actions: { export: true, source: false, compiled: false, editor: false },
        i18n: { CLICK_TO_VIEW_ACTIONS: 'Save this chart' },
        config: { mark: { tooltip: { content: 'encoding' } } },
      });
      figure.classList.add('drawn');
    } catch (error) {
      console.error(name + ': ' + error.message); // the picture stays
    }
    await new Promise((resolve) => setTimeout(resolve));
  }
  document.documentElement.dataset.charts = 'drawn';
})();
`;

import { Marked, type Tokens } from 'marked';
import { parseCsv } from '../../../files/csv.ts';
import type { ChartSpec } from '../../charts/chartTheme.ts';
import { chartLibraries, DRAW_CHARTS } from './pageScripts.ts';
import { PAGE_STYLE } from './pageStyle.ts';
import { sha256 } from '../../../sha256.ts';

/** A rendered chart. */
export interface PageFigure {
  /** The image `figures/NAME.png` in the Markdown. */
  name: string;
  title: string;
  spec: ChartSpec;
  svg: string;
}

export interface PageInput {
  /** The report, starting with its heading. External text in it is shown, never run: HTML stays text. */
  markdown: string;
  figures: readonly PageFigure[];
  /** Protocol, seeds and counts in short, shown above all figures. */
  facts: readonly (readonly [name: string, value: string])[];
}

/**
 * A report as one self-contained HTML file that needs no network: the content of report.md, with interactive charts (Vega-Embed) instead of pictures;
 * pictures on paper and without scripts. A content security policy allows only these scripts, and no loading of anything.
 */
export function reportPage({ markdown, figures, facts }: PageInput): string {
  const { title, headings, body } = bodyOf(markdown, figures);
  const scripts = figures.length > 0 ? [...chartLibraries(), DRAW_CHARTS] : [];
  const hashes = scripts.map((text) => `'sha256-${sha256(text, 'base64')}'`);
  const policy = `default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src ${hashes.join(' ') || "'none'"}; base-uri 'none'; form-action 'none'`;
  const specs = JSON.stringify(Object.fromEntries(figures.map(({ name, spec }) => [idOf(name), withRecords(spec)])));
  const factList = facts.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join('\n');
  const contents = headings.map(({ id, html }) => `<li><a href="#${id}">${html}</a></li>`).join('\n');
  const [first, ...rest] = body.split(/(?<=<\/h1>)/);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<div class="page">
<nav aria-label="Contents"><h2>Contents</h2>
<ol>
${contents}
</ol>
</nav>
<main>
${first}
<dl class="facts">
${factList}
</dl>
${rest.join('')}
</main>
</div>
<script type="application/json" id="charts">${specs.replaceAll('<', '\\u003c')}</script>
${scripts.map((text) => `<script>${text}</script>`).join('\n')}
</body>
</html>
`;
}

interface Heading {
  id: string;
  html: string;
}

/** Markdown to HTML, restricted to Markdown's own elements: no tags, no pictures except the figures, no links that run scripts. */
function bodyOf(
  markdown: string,
  figures: readonly PageFigure[],
): { title: string; headings: Heading[]; body: string } {
  const byPath = new Map(figures.map((figure) => [`figures/${figure.name}.png`, figure]));
  const figureOf = (token: Tokens.Generic | undefined): PageFigure | undefined =>
    token?.type === 'image' ? byPath.get((token as Tokens.Image).href) : undefined;
  const headings: Heading[] = [];
  let title = '';
  const marked = new Marked({
    gfm: true,
    renderer: {
      html: ({ text, block }) => (block ? `<p>${escapeHtml(text)}</p>\n` : escapeHtml(text)),
      heading({ tokens, depth, text }) {
        const html = this.parser.parseInline(tokens);
        if (depth === 1) title ||= this.parser.parseInline(tokens, this.parser.textRenderer);
        const id = `section-${headings.length + 1}`;
        if (depth === 2) headings.push({ id, html: withoutLinks(html) });
        return `<h${depth}${depth === 2 ? ` id="${id}"` : ''}>${text ? html : ''}</h${depth}>\n`;
      },
      paragraph({ tokens }) {
        const figure = tokens.length === 1 ? figureOf(tokens[0]) : undefined;
        return figure ? figureHtml(figure) : `<p>${this.parser.parseInline(tokens)}</p>\n`;
      },
      image: ({ text }) => escapeHtml(text),
      link({ href, tokens }) {
        const html = this.parser.parseInline(tokens);
        // Only links to the web and to files beside this one; `javascript:` and the like stay text.
        return /^(https?:|#|[^:]*$)/i.test(href) ? `<a href="${escapeHtml(href)}" rel="noopener">${html}</a>` : html;
      },
      code: ({ text }) => `<pre class="scroll" tabindex="0"><code>${escapeHtml(text)}</code></pre>\n`,
      table({ header, rows }) {
        const row = (cells: readonly Tokens.TableCell[]): string =>
          `<tr>${cells.map((cell) => this.tablecell(cell)).join('')}</tr>`;
        return (
          `<div class="scroll${rows.length > 16 ? '' : ' few'}" tabindex="0" role="region" aria-label="Table: ${escapeHtml(
            header
              .map((cell) => cell.text)
              .filter(Boolean)
              .join(', '),
          )}">` +
          `<table>\n<thead>${row(header)}</thead>\n<tbody>\n${rows.map(row).join('\n')}\n</tbody>\n</table></div>\n`
        );
      },
      tablecell({ tokens, text, header, align }) {
        const html = this.parser.parseInline(tokens);
        const figure = align === 'right' ? 'figure ' : '';
        if (header) return `<th scope="col" class="${figure}">${html}</th>`;
        return `<td class="${figure}${text.length > 32 ? 'words' : 'short'}">${html}</td>`;
      },
    },
  });
  return { body: marked.parse(markdown, { async: false }), title, headings };
}

/** The picture, and a placeholder for the chart. */
function figureHtml({ name, title, spec, svg }: PageFigure): string {
  const [, width, height] = /<svg[^>]*? width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
  const heading = typeof spec.title === 'object' && 'subtitle' in spec.title ? spec.title.subtitle : '';
  const alt = escapeHtml([title, String(heading ?? '')].filter(Boolean).join(': '));
  const picture = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
  return (
    `<figure id="${idOf(name)}" aria-label="${alt}" style="--width: ${width ?? 600}px" tabindex="0">` +
    `<img class="still" src="${picture}" alt="${alt}"${width ? ` width="${width}" height="${height}"` : ''}><div class="live"></div></figure>\n`
  );
}

/** A chart with its data as records: Vega's reader of CSV makes code of the header, which the page's policy forbids. */
function withRecords(spec: ChartSpec): ChartSpec {
  const { data } = spec as { data?: { values?: unknown; format?: { type?: string; parse?: Record<string, string> } } };
  if (data?.format?.type !== 'csv' || typeof data.values !== 'string') return spec;
  const { parse = {} } = data.format;
  const [header, ...rows] = parseCsv(data.values);
  const values = rows.map((cells) =>
    Object.fromEntries(header.map((name, i) => [name, parse[name] === 'number' ? Number(cells[i]) : cells[i]])),
  );
  return { ...spec, data: { values } } as ChartSpec;
}

const idOf = (name: string): string => `chart-${name.replace(/[^\w-]/g, '-')}`;

const withoutLinks = (html: string): string => html.replace(/<\/?a\b[^>]*>/g, '');

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (letter) => entities[letter]);
}

/** Styles of a report page: for screens of any width, light and dark, and for paper. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --ink: #1f2933; --soft: #52606d; --ground: #ffffff; --panel: #f5f7fa; --line: #d9dfe5; --link: #0b5d95; --code: #eef1f5;
}
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ed; --soft: #a9b4bf; --ground: #14181d; --panel: #1d232a; --line: #36404b; --link: #7cc0f2; --code: #262d36; --shade: #00000080; }
}
* { box-sizing: border-box; }
html { font: 16px/1.6 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'DejaVu Sans', sans-serif; scroll-behavior: smooth; text-size-adjust: 100%; -webkit-text-size-adjust: 100%; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; color: var(--ink); background: var(--ground); font-variant-numeric: tabular-nums lining-nums; }
.page { display: grid; grid-template-columns: 15rem minmax(0, 58rem); gap: 3.5rem; max-width: 80rem; margin: 0 auto; padding: 2.5rem 2rem 5rem; }
main > p, main > ul, main > ol { max-width: 46rem; text-wrap: pretty; hyphens: auto; }
h1, h2, h3 { line-height: 1.25; text-wrap: balance; overflow-wrap: break-word; }
h1 { font-size: 1.9rem; letter-spacing: -0.015em; margin: 0 0 1.25rem; }
h2 { font-size: 1.35rem; margin: 3rem 0 0.9rem; padding-top: 1.1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.1rem; margin: 2rem 0 0.6rem; }
p, ul, ol { margin: 0 0 1rem; overflow-wrap: break-word; }
a { color: var(--link); text-underline-offset: 0.15em; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: 0.86em; }
code { background: var(--code); padding: 0.1em 0.35em; border-radius: 4px; overflow-wrap: anywhere; }
pre { margin: 0; line-height: 1.45; }
pre code, h1 code { background: none; padding: 0; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.3rem 1.5rem; margin: 0 0 1.75rem; padding: 1rem 1.25rem; background: var(--panel); border-radius: 8px; font-size: 0.94rem; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
nav { position: sticky; top: 2.5rem; align-self: start; max-height: calc(100vh - 5rem); overflow-y: auto; font-size: 0.92rem; line-height: 1.4; }
nav h2 { margin: 0 0 0.6rem; padding: 0; border: 0; font-size: 0.92rem; letter-spacing: 0; color: var(--soft); font-weight: 600; }
nav ol { list-style: none; margin: 0; padding: 0 0 0 0.9rem; border-left: 2px solid var(--line); }
nav li { margin: 0.4rem 0; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
/* A shadow at an edge with hidden content. */
.scroll { overflow-x: auto; margin: 0 0 1.25rem; background: linear-gradient(to right, var(--ground) 40%, transparent) 0 0 / 2.5rem 100% local, linear-gradient(to left, var(--ground) 40%, transparent) 100% 0 / 2.5rem 100% local, linear-gradient(to right, var(--shade), transparent) 0 0 / 0.7rem 100% scroll, linear-gradient(to left, var(--shade), transparent) 100% 0 / 0.7rem 100% scroll; background-repeat: no-repeat; }
pre.scroll { padding: 0.9rem 1.1rem; background: var(--panel); border-radius: 8px; width: fit-content; max-width: 100%; }
table { border-collapse: collapse; font-size: 0.9rem; line-height: 1.4; }
th, td { padding: 0.4rem 0.75rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { font-weight: 600; vertical-align: bottom; border-bottom: 2px solid var(--soft); }
th:first-child, td:first-child { padding-left: 0; }
td { min-width: 2.5rem; }
td.words { min-width: 13rem; }
td.short { white-space: nowrap; }
td.figure, th.figure { text-align: right; }
figure { width: fit-content; max-width: 100%; margin: 1.5rem 0; padding: 0.25rem; background: #ffffff; color: #1f2933; border: 1px solid var(--line); border-radius: 8px; overflow-x: auto; color-scheme: light; }
figure img { display: block; max-width: 100%; height: auto; }
figure .live { display: none; }
figure.drawn .live { display: block; }
figure.drawn .still { display: none; }
figure .live svg.marks { display: block; max-width: 100%; height: auto; }
/* Pointing at a figure means its cell. */
figure .live .mark-text { pointer-events: none; }
figure .live details { top: 4px; right: 4px; }
footer { margin-top: 3rem; color: var(--soft); font-size: 0.86rem; }
@media screen and (max-width: 62rem) {
  .page { grid-template-columns: minmax(0, 1fr); gap: 0; padding: 1.25rem 1rem 3rem; }
  nav { position: static; max-height: none; order: 0; margin-bottom: 2rem; padding: 0.8rem 1rem; background: var(--panel); border-radius: 8px; }
  nav ol { border: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; }
  h1 { font-size: 1.5rem; }
  .facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .facts dd { margin-bottom: 0.5rem; }
  figure img, figure .live svg.marks { min-width: min(30rem, var(--width)); }
}
@page { size: A4; margin: 18mm 16mm 20mm; @bottom-right { content: counter(page) ' / ' counter(pages); font: 8pt sans-serif; color: #52606d; } }
@media print {
  :root { color-scheme: light; --ink: #000000; --soft: #4a5560; --ground: #ffffff; --panel: #ffffff; --line: #c5ccd3; --link: #000000; --code: #ffffff; }
  html { font-size: 9.5pt; line-height: 1.45; }
  .page { display: block; max-width: none; padding: 0; }
  nav { position: static; max-height: none; margin: 0 0 1.2rem; padding: 0; }
  nav ol { border: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0 1.2rem; }
  main > p, main > ul, main > ol { max-width: none; }
  a { text-decoration: none; }
  h1 { font-size: 17pt; }
  h2 { font-size: 13pt; margin-top: 1.6rem; }
  h1, h2, h3 { break-after: avoid; }
  p { orphans: 3; widows: 3; }
  .facts { padding: 0; border: 0; }
  .scroll { overflow: visible; background: none; }
  pre.scroll { padding: 0; white-space: pre-wrap; break-inside: avoid; }
  table { width: 100%; font-size: 8.2pt; }
  th, td { padding: 0.2rem 0.4rem; }
  td.words { min-width: 0; }
  thead { display: table-header-group; }
  tr, .few { break-inside: avoid; }
  main > p:has(+ .scroll) { break-after: avoid; }
  figure, figure.drawn { break-inside: avoid; border: 0; padding: 0; overflow: visible; margin: 0.8rem 0; }
  figure.drawn .still { display: block; }
  figure.drawn .live { display: none; }
  figure img { min-width: 0; max-height: 11cm; width: auto; }
}
`;

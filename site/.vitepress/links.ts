/** Links of the Markdown files, which hold on the repository's own pages, made to hold on the site. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { MarkdownEnv, MarkdownRenderer } from 'vitepress';

/** The repository. */
export const ROOT = join(import.meta.dirname, '../..');

/** The site's address on its host; set `DOCS_BASE` for a folder, such as `/gender-ser/`. */
export const BASE = process.env.DOCS_BASE ?? '/';

/** Where a Markdown file of the repository is on the site: `docs/serve.md` at `serve.md`, `bench/README.md` at `bench/index.md`. */
export const placeOf = (file: string): string =>
  file
    .replace(/^(docs|site)\//, '')
    .replace(/(^|\/)README\.md$/, '$1index.md')
    .replace(/^(CONTRIBUTING|CHANGELOG|SECURITY)\.md$/, (name) => name.toLowerCase());

/** Fragment of a heading, as GitHub makes it: links hold in both places. */
export const headingId = (heading: string): string =>
  heading.trim().toLowerCase().replace(/[^\p{L}\p{M}\p{N}_\- ]/gu, '').replaceAll(' ', '-'); // prettier-ignore

/** Files that are no pages and that pages link to: address → path. */
const linked = new Map<string, string>();

/**
 * Makes links absolute: to pages, and to copies of other files, such as notebooks and the licence, below `/files`.
 * @throws {Error} for a link to a file that is not there
 */
export function makeLinksAbsolute(md: MarkdownRenderer): void {
  md.core.ruler.push('links', ({ tokens, env }) => {
    const { path, realPath: page = path } = env as MarkdownEnv;
    const links = tokens.flatMap(({ children }) => children ?? []).filter(({ type }) => type === 'link_open');
    for (const link of links) {
      const [target, fragment] = decodeURI(link.attrGet('href') ?? '').split('#');
      if (target === '' || /^\/|^[a-z]+:/.test(target)) continue;
      const file = join(dirname(page), target);
      if (!statSync(file, { throwIfNoEntry: false })?.isFile())
        throw new Error(`${page} links to ${target}: no such file`);
      const name = relative(ROOT, file).split(sep).join('/');
      if (name.endsWith('.md')) {
        link.attrSet('href', `/${placeOf(name)}${fragment === undefined ? '' : `#${fragment}`}`);
      } else {
        const address = `/files/${name.replace(/(^|\/)([^./]+)$/, '$1$2.txt')}`; // shown as text rather than downloaded
        linked.set(address, file);
        link.attrSet('href', address);
        link.attrSet('target', '_self'); // past the site's router, which knows pages only
      }
    }
  });
}

/** Puts the linked files into the site. */
export function copyLinkedFiles(outDir: string): void {
  for (const [address, file] of linked) {
    mkdirSync(dirname(join(outDir, address)), { recursive: true });
    copyFileSync(file, join(outDir, address));
  }
}

/**
 * Checks the fragments of links, which VitePress does not.
 * @throws {Error} that lists the links to headings that are not there
 */
export function checkFragments(outDir: string): void {
  const names = readdirSync(outDir, { recursive: true, encoding: 'utf8' }).map((name) => name.split(sep).join('/'));
  const pages = names
    .filter((name) => name.endsWith('.html'))
    .map((name) => {
      const html = readFileSync(join(outDir, name), 'utf8');
      return { name, html, ids: new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)) };
    });
  const idsOf = new Map(pages.map(({ name, ids }) => [`/${name.replace(/(^|\/)index\.html$/, '$1')}`, ids]));
  const dead = pages.flatMap(({ name, html, ids }) =>
    [...html.matchAll(/ href="([^"#:]*)#([^"]+)"/g)]
      .filter(
        ([, address, id]) =>
          !(address === '' ? ids : idsOf.get(`/${address.slice(BASE.length)}`))?.has(decodeURIComponent(id)),
      )
      .map(([, address, id]) => `${name} links to ${address}#${id}`),
  );
  if (dead.length > 0) throw new Error(`Dead links:\n${dead.join('\n')}`);
}

/** The documentation as a site: the Markdown of docs/ and of the folders that it links to, and the API reference of `site/api`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitepress';
import { BASE, checkFragments, copyLinkedFiles, headingId, makeLinksAbsolute, placeOf, ROOT } from './links.ts';
import { SIDEBAR } from './pages.ts';

const { description } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { description: string };

export default defineConfig({
  title: 'gender-ser',
  description,
  base: BASE,
  srcDir: '..',
  // Every Markdown file but these is a page, so that links between them hold.
  srcExclude: ['{test,reports,dist,.github,notebooks,coverage}/**', 'site/.vitepress/**', 'models/speech*/**'],
  rewrites: placeOf,
  outDir: join(ROOT, 'site/dist'),
  cacheDir: join(ROOT, 'node_modules/.cache/vitepress'),
  lastUpdated: false,
  vite: { build: { chunkSizeWarningLimit: 2000 } }, // kB; the index of the search
  markdown: { config: makeLinksAbsolute, anchor: { slugify: headingId } },
  buildEnd: ({ outDir }) => {
    copyLinkedFiles(outDir);
    checkFragments(outDir);
  },
  themeConfig: {
    nav: [
      { text: 'Quick start', link: '/quick-start' },
      { text: 'Results', link: '/results' },
      { text: 'API', link: '/api/' },
    ],
    sidebar: SIDEBAR,
    outline: [2, 3],
    search: { provider: 'local' },
  },
});

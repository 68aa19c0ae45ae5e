import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import yargs, { type Argv } from 'yargs';
import { checkFragments, headingId, placeOf } from '../site/.vitepress/links.ts';
import { SIDEBAR } from '../site/.vitepress/pages.ts';
import { COMMANDS } from '../src/commands/commands.ts';
import type { Command } from '../src/commands/lazily.ts';

const pages = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'bench/README.md',
  ...readdirSync('docs').filter((name) => name.endsWith('.md')).map((name) => join('docs', name)), // prettier-ignore
];
const { scripts, version } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: Record<string, string>;
  version: string;
};

test('every page of docs/ is in the navigation of the site once, under the title of its subject', () => {
  const links = SIDEBAR.flatMap(({ items = [] }) => items.map(({ link }) => link));
  const addresses = pages.filter((page) => page !== 'README.md').map((page) => `/${placeOf(page).replace(/(index)?\.md$/, '')}`); // prettier-ignore
  expect([...links].sort()).toEqual([...addresses, '/api/'].sort());
  expect(SIDEBAR.map(({ text }) => text)).toEqual(['Tutorials', 'Reference', 'Classifiers', 'Lab notes']);
});

test.each([
  ['README.md', 'index.md'],
  ['docs/serve.md', 'serve.md'],
  ['bench/README.md', 'bench/index.md'],
  ['CONTRIBUTING.md', 'contributing.md'],
  ['models/gender/MODEL_CARD.md', 'models/gender/MODEL_CARD.md'],
  ['site/api/gender-ser/index.md', 'api/gender-ser/index.md'],
])('%s is at %s on the site', (file, place) => expect(placeOf(file)).toBe(place));

test.each([
  ['Comparison with scikit-learn', 'comparison-with-scikit-learn'],
  ['FEATURE_SETS', 'feature_sets'],
  ['Server: where a clip’s 38 ms go', 'server-where-a-clips-38-ms-go'],
])('the heading “%s” has the fragment that GitHub gives it', (heading, id) => expect(headingId(heading)).toBe(id));

test('a link to a heading that is not there fails the build, one that is there does not', () => {
  const site = mkdtempSync(join(tmpdir(), 'ser-site-'));
  writeFileSync(join(site, 'a.html'), '<h2 id="here">…</h2><a href="#here">…</a><a href="/b.html#there">…</a>');
  writeFileSync(join(site, 'b.html'), '<h2 id="there">…</h2>');
  expect(() => checkFragments(site)).not.toThrow();
  writeFileSync(join(site, 'b.html'), '<h2 id="moved">…</h2>');
  expect(() => checkFragments(site)).toThrow('a.html links to /b.html#there');
  rmSync(site, { recursive: true });
});

test('changelog and citation know the present version', () => {
  expect(readFileSync('CHANGELOG.md', 'utf8')).toMatch(
    new RegExp(`^## .*\\b${version.replaceAll('.', '\\.')}\\b`, 'm'),
  );
  expect(readFileSync('CITATION.cff', 'utf8')).toMatch(new RegExp(`^version: ${version.replaceAll('.', '\\.')}$`, 'm'));
});

/** Commands in the code blocks of all pages: the npm script and its words, without comments, pipes and redirections. */
const commands = pages.flatMap((page) =>
  [...readFileSync(page, 'utf8').matchAll(/^ *(?:[A-Z_]+=\S+ )*npm (run|test|start)\b ?(?:-s )?(.*)$/gm)].map(
    ([, verb, rest]) => {
      const [script, ...words] = rest.replace(/ +#.*$| [|>].*$/, '').split(/\s+/);
      return { page, script: verb === 'run' ? script : verb, words: words.filter((word) => word !== '--') };
    },
  ),
);

test('every npm script that the documentation names exists', () => {
  expect(commands.length).toBeGreaterThan(100);
  for (const { page, script } of commands) expect(scripts, page).toHaveProperty(script.split(';')[0]);
});

test('every option that the documentation gives to a command exists', async () => {
  const wrong: string[] = [];
  let checked = 0;
  for (const { page, script, words } of commands) {
    const ser = scripts[script]?.match(/src\/cli\.ts ?(.*)$/)?.[1];
    if (ser === undefined) continue;
    const all = [...ser.split(' ').filter(Boolean), ...words];
    const outer = COMMANDS.find(({ name }) => name === all[0]);
    const inner = outer?.commands.find(({ name }) => name === all[1]) ?? outer?.commands.find(isDefault);
    const command = inner ?? outer;
    if (!command) {
      if (!all[0]?.startsWith('-') && /^[a-z]/.test(all[0] ?? '')) wrong.push(`${page}: ser ${all.join(' ')}`);
      continue;
    }
    const known = await optionNames(command);
    for (const [, option] of all.join(' ').matchAll(/ --(?:no-)?([a-z][a-z-]*)/g)) {
      checked++;
      if (!known.has(option)) wrong.push(`${page}: --${option} of ser ${all.join(' ')}`);
    }
  }
  expect(checked).toBeGreaterThan(200);
  expect(wrong).toEqual([]);
}, 180_000); // loads all commands

/** What yargs does not declare. */
interface WithOptions {
  getOptions: () => { key: Record<string, boolean>; alias: Record<string, string[]> };
}

const isDefault = ({ command }: Command): boolean => `${command}`.includes('$0');

/** Options of a command, without dashes. */
async function optionNames({ builder, load }: Command): Promise<Set<string>> {
  await load();
  const parser = (await (builder as (parser: Argv) => Argv | PromiseLike<Argv>)(yargs())) as Argv & WithOptions;
  const { key, alias } = parser.getOptions();
  return new Set(['help', 'version', ...Object.keys(key), ...Object.values(alias).flat()]);
}

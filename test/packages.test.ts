import { readFileSync } from 'node:fs';
import { subset } from 'semver';
import { expect, test } from 'vitest';

interface LockedPackage {
  version: string;
  dev?: boolean;
  optional?: boolean;
  deprecated?: string;
  license?: string;
  engines?: { node?: string };
}

const read = (name: string) => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'));
const ours: string = read('package.json').engines.node;
const locked = Object.entries<LockedPackage>(read('package-lock.json').packages).filter(([path]) => path !== '');
const used = locked.filter(([, { dev, optional }]) => !dev && !optional);

test('every package that is used runs on every version of Node that is promised, so that `npm ci` warns of none', () => {
  expect(used.length).toBeGreaterThan(100);
  const narrower = used.filter(([, { engines }]) => engines?.node && !subset(ours, engines.node));
  expect(narrower.map(([path, { version, engines }]) => `${path} ${version}: Node ${engines!.node}`)).toEqual([]);
});

test('no package that is used is deprecated', () => {
  expect(used.filter(([, { deprecated }]) => deprecated).map(([path]) => path)).toEqual([]);
});

test('NOTICE names every part that is used under a licence with conditions on its own copies, those too that others carry', () => {
  const notice = readFileSync(new URL('../NOTICE', import.meta.url), 'utf8');
  const names = locked
    .filter(([, { dev, license }]) => !dev && /GPL|MPL/.test(license ?? ''))
    .map(([path]) => path.split('node_modules/').at(-1)!)
    .filter((name) => !name.startsWith('@resvg/resvg-js-')); // its binaries for each platform
  expect(names).toContain('codec-parser');
  for (const name of names) expect(notice).toContain(name);
  const inside = { 'mpg123-decoder': 'mpg123 (', 'wasm-media-encoders': 'LAME (' };
  for (const [name, part] of Object.entries(inside)) {
    expect(used.some(([path]) => path.endsWith(name))).toBe(notice.includes(part));
  }
});

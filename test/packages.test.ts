import { readFileSync } from 'node:fs';
import { subset } from 'semver';
import { expect, test } from 'vitest';

interface LockedPackage {
  version: string;
  dev?: boolean;
  optional?: boolean;
  deprecated?: string;
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

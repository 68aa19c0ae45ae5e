import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { subset } from 'semver';
import { expect, onTestFinished, test } from 'vitest';

interface LockedPackage {
  version: string;
  resolved?: string;
  link?: boolean;
  integrity?: string;
  hasInstallScript?: boolean;
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

const root = resolve(import.meta.dirname, '..');
const script = (name: string, args: string[] = [], env = {}) =>
  spawnSync(process.execPath, ['--import', 'tsx', `scripts/supply/${name}.ts`, ...args], {
    ...{ cwd: root, encoding: 'utf8', env: { ...process.env, ...env }, maxBuffer: 1 << 26 },
  });

test('every package has a hash that npm checks, and comes from the registry: none from git, an address or a file, but the shims of the notebooks', () => {
  const own = locked.filter(([path, { link }]) => link || !path.includes('node_modules/'));
  expect(own.map(([path]) => path).sort()).toEqual([
    'node_modules/danfojs-node/node_modules/@tensorflow/tfjs-node',
    'node_modules/request',
    'node_modules/xlsx',
    'notebooks/shims/absent',
    'notebooks/shims/tfjs',
  ]);
  for (const [path, { integrity, resolved }] of locked.filter((entry) => !own.includes(entry))) {
    expect(integrity, path).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
    expect(resolved, path).toBeUndefined(); // Which registry is npm's setting, not the lock file's.
  }
});

test('the lock file is of this package.json', () => {
  const wanted = read('package.json');
  const entry = read('package-lock.json').packages[''];
  for (const kind of ['dependencies', 'optionalDependencies', 'devDependencies'])
    expect(entry[kind]).toEqual(wanted[kind]);
});

test('no package runs a script on installation, by the setting that npm 10 obeys and by the list that npm 11 asks', () => {
  expect(readFileSync(join(root, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
  const withScripts = locked
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.split('node_modules/').at(-1)!);
  const { allowScripts } = read('package.json');
  expect(withScripts.length).toBeGreaterThan(3);
  for (const name of withScripts) expect(allowScripts[name], name).toBe(false);
});

test('npm run licences lists every package, and refuses the GPL, what it does not know, and a licence that is not stated', () => {
  const { status, stdout, stderr } = script('licences');
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^MIT: .*fastify@/m);
  expect(stdout).toContain('LGPL-3.0-or-later: codec-parser@');

  const folder = mkdtempSync(join(tmpdir(), 'ser-licences-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const lock = join(folder, 'package-lock.json');
  const licences = {
    a: 'GPL-3.0-only',
    b: 'MIT OR GPL-2.0-only',
    c: undefined,
    d: 'SEE LICENSE IN LICENSE',
    e: 'LGPL-3.0-or-later',
  };
  const packages = Object.entries(licences).map(([name, license]) => [
    `node_modules/${name}`,
    { version: '1.0.0', license },
  ]);
  writeFileSync(lock, JSON.stringify({ packages: Object.fromEntries(packages) }));
  const bad = script('licences', [lock]);
  expect(bad.status).toBe(1);
  expect(bad.stderr.trim().split('\n').slice(1)).toEqual([
    'node_modules/a 1.0.0: GPL-3.0-only',
    'node_modules/c 1.0.0: no licence stated',
    'node_modules/d 1.0.0: SEE LICENSE IN LICENSE',
    'node_modules/e 1.0.0: LGPL-3.0-or-later',
  ]);
});

test('npm run sbom lists all that an installation brings, with hashes and licences, and what depends on what', () => {
  const { status, stdout } = script('sbom');
  expect(status).toBe(0);
  const { bomFormat, components, dependencies } = JSON.parse(stdout) as {
    bomFormat: string;
    components: { purl: string; hashes: unknown[]; licenses: unknown[] }[];
    dependencies: { ref: string; dependsOn: string[] }[];
  };
  expect(bomFormat).toBe('CycloneDX');
  const listed = new Set(components.map(({ purl }) => decodeURIComponent(purl)));
  const brought = locked.filter(([path, { dev, link }]) => !dev && !link && path.includes('node_modules/'));
  const names = brought.map(([path, { version }]) => `pkg:npm/${path.split('node_modules/').at(-1)}@${version}`);
  expect([...listed].sort()).toEqual([...new Set(names)].sort());
  for (const { purl, hashes, licenses } of components)
    expect([purl, hashes.length, licenses.length]).toEqual([purl, 1, 1]);
  const direct = dependencies.find(({ ref }) => ref.startsWith('pkg:npm/gender-ser@'))!.dependsOn;
  const { dependencies: wanted, optionalDependencies } = read('package.json');
  expect(direct).toHaveLength(Object.keys({ ...wanted, ...optionalDependencies }).length);
});

test('npm run audit fails on a known weakness, passes without, and says so where the registry does not answer', async () => {
  let answer: { status: number; body: object } = { status: 405, body: { error: 'Method Not Allowed' } };
  const registry = createServer((request, response) => {
    const { status, body } = request.method === 'POST' ? answer : { status: 404, body: {} };
    request
      .resume()
      .on('end', () => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)));
  });
  await once(registry.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void registry.close());
  const cache = mkdtempSync(join(tmpdir(), 'ser-audit-'));
  onTestFinished(() => rmSync(cache, { recursive: true }));
  const url = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`;
  const audit = async (...args: string[]): Promise<{ status: number | null; stdout: string }> => {
    const env = { ...process.env, npm_config_registry: url, npm_config_cache: cache };
    const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/supply/audit.ts', ...args], { cwd: root, env });
    let stdout = '';
    child.stdout.on('data', (text) => (stdout += text));
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, stdout };
  };

  expect(await audit('--required')).toMatchObject({ status: 1, stdout: expect.stringContaining('not be looked up') });
  answer = { status: 200, body: {} };
  expect(await audit('--required')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^0 packages with known weaknesses/),
  });
  const advisory = {
    id: 1,
    url: 'https://example.org',
    title: 'A weakness',
    severity: 'high',
    vulnerable_versions: '*',
  };
  answer = { status: 200, body: { yauzl: [advisory] } };
  expect(await audit()).toMatchObject({ status: 1, stdout: expect.stringContaining('high: yauzl') });
});

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { loadEngine } from '../src/train/engine/engine.ts';

// The scripts are plain JavaScript: they run before anything is built.
const script = (name: string) => import(new URL(`../scripts/${name}`, import.meta.url).href);
const { fetchLibTensorflow, hashTree } = await script('tensorflow-wheel.mjs');
const { unzip } = await script('unzip.mjs');

const root = fileURLToPath(new URL('..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'engine-install-'));
afterAll(() => rmSync(work, { recursive: true }));

/** A project whose tfjs-node has no binding, on a machine without pip where the host of its installer refuses. */
function bareProject(name: string): string {
  const project = join(work, name);
  const tfjsNode = join(project, 'node_modules', '@tensorflow', 'tfjs-node');
  mkdirSync(dirname(tfjsNode), { recursive: true });
  cpSync(join(root, 'scripts'), join(project, 'scripts'), { recursive: true });
  cpSync(join(root, 'node_modules', '@tensorflow', 'tfjs-node'), tfjsNode, {
    recursive: true,
    filter: (path) => !/tfjs-node\/(deps|lib|\.engine-\d+)$/.test(path),
  });
  for (const entry of readdirSync(join(root, 'node_modules'))) {
    if (entry !== '@tensorflow') symlinkSync(join(root, 'node_modules', entry), join(project, 'node_modules', entry));
  }
  for (const entry of readdirSync(join(root, 'node_modules', '@tensorflow'))) {
    if (entry === 'tfjs-node') continue;
    symlinkSync(join(root, 'node_modules', '@tensorflow', entry), join(dirname(tfjsNode), entry));
  }
  return project;
}

function install(project: string, args: string[] = [], env: Record<string, string> = {}) {
  const { status, stderr, stdout } = spawnSync(process.execPath, ['scripts/install-engine.mjs', ...args], {
    cwd: project,
    encoding: 'utf8',
    env: {
      ...{ PATH: '/nonexistent', HOME: work, TFJS_NODE_BASE_URI: 'http://127.0.0.1:9/' },
      ...{ XDG_CACHE_HOME: join(work, 'cache'), SER_ENGINE: '', ...env },
    },
  });
  return { status, stderr, stdout };
}

describe('where native TensorFlow cannot be had', () => {
  const project = bareProject('bare');
  const tfjsNode = join(project, 'node_modules', '@tensorflow', 'tfjs-node');

  test('one line says what happens, why, and what repairs it', () => {
    const { status, stderr, stdout } = install(project);
    expect(status).toBe(1);
    expect(stdout).toBe('');
    const lines = stderr.trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^engine: training will use the WebAssembly engine/);
    expect(lines[0]).toContain('no python3 with pip');
    expect(lines[0]).toContain('npm run engine');
  });

  test("tfjs-node's own installer, which checks no hash, is tried only where it is asked for", () => {
    expect(install(project).stderr).not.toContain('ECONNREFUSED');
    const { status, stderr } = install(project, ['--upstream']);
    expect(status).toBe(1);
    expect(stderr).toContain('ECONNREFUSED');
    expect(stderr).not.toContain('pip');
  });

  test('nothing stays behind that could be taken for an engine', () => {
    const names = readdirSync(tfjsNode);
    expect(names).toContain('package.json');
    expect(names.filter((name) => name === 'deps' || name === 'lib' || name.startsWith('.engine-'))).toEqual([]);
  });

  test('SER_ENGINE=wasm asks for nothing', () => {
    const { status, stderr } = install(project, [], { SER_ENGINE: 'wasm' });
    expect(status).toBe(0);
    expect(stderr).toContain('nothing to install');
  });

  test('libraries without a binding are not taken for an engine', () => {
    mkdirSync(join(tfjsNode, 'deps', 'lib'), { recursive: true });
    mkdirSync(join(tfjsNode, 'lib', 'napi-v8'), { recursive: true });
    writeFileSync(join(tfjsNode, 'lib', 'napi-v8', 'tfjs_binding.node'), 'half');
    expect(install(project).status).toBe(1);
  });
});

describe('the cache of libtensorflow', () => {
  test.runIf(process.platform === 'linux')('is not used when its contents were changed', async () => {
    const cache = join(work, 'tampered', 'gender-ser', `libtensorflow-2.15.1-${process.arch}`, 'lib');
    mkdirSync(cache, { recursive: true });
    writeFileSync(join(cache, 'libtensorflow_cc.so.2'), 'not TensorFlow');
    const before = { PATH: process.env.PATH, XDG_CACHE_HOME: process.env.XDG_CACHE_HOME };
    Object.assign(process.env, { PATH: '/nonexistent', XDG_CACHE_HOME: join(work, 'tampered') });
    try {
      await expect(fetchLibTensorflow({ say: () => undefined })).rejects.toThrow('no python3 with pip');
    } finally {
      Object.assign(process.env, before);
      if (before.XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME;
    }
  });

  test('is known by one hash over names, sizes and bytes', async () => {
    const folder = join(work, 'tree');
    mkdirSync(join(folder, 'b'), { recursive: true });
    writeFileSync(join(folder, 'b', 'two'), '22');
    writeFileSync(join(folder, 'a'), '1');
    const expected = createHash('sha256')
      .update('a\0' + '1\0' + '1' + 'b/two\0' + '2\0' + '22')
      .digest('hex');
    expect(await hashTree(folder)).toBe(expected);
    expect(await hashTree(join(work, 'nowhere'))).toBeUndefined();
  });
});

describe('unzip', () => {
  test('unpacks stored and deflated entries to the places it is told, and leaves out the others', async () => {
    const long = 'libtensorflow '.repeat(10_000);
    const archive = join(work, 'wheel.zip');
    writeFileSync(
      archive,
      zip({ 'tensorflow/lib.so': long, 'tensorflow/a.h': '#', 'tensorflow/b.py': 'no' }, ['tensorflow/a.h']),
    );
    await unzip(archive, join(work, 'out'), (name: string) =>
      name.endsWith('.py') ? undefined : name.replace('tensorflow', 'lib'),
    );
    expect(readdirSync(join(work, 'out', 'lib')).sort()).toEqual(['a.h', 'lib.so']);
    expect(readFileSync(join(work, 'out', 'lib', 'lib.so'), 'utf8')).toBe(long);
    expect(readFileSync(join(work, 'out', 'lib', 'a.h'), 'utf8')).toBe('#');
  });

  test('refuses what is no archive', async () => {
    writeFileSync(join(work, 'page.html'), '<html>'.repeat(100));
    await expect(unzip(join(work, 'page.html'), work, () => 'x')).rejects.toThrow('is not a zip archive');
  });
});

test('where it works already, nothing is done', async () => {
  const native = !!process.env.CI || !!process.env.SER_REQUIRE_NATIVE || (await loadEngine()).name === 'native';
  const { status, stderr } = install(root, [], {
    PATH: process.env.PATH!,
    SER_ENGINE: native ? '' : 'wasm',
  });
  expect(status).toBe(0);
  if (native) expect(stderr).toMatch(/^engine: native TensorFlow \S+ works\.\n$/);
});

/** A zip archive of these entries, deflated unless `stored` names them. */
function zip(entries: Record<string, string>, stored: string[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(entries)) {
    const data = stored.includes(name) ? Buffer.from(text) : deflateRawSync(text);
    const extra = Buffer.from([1, 0, 2, 0, 0, 0]); // of the local header only
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(extra.length, 28);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(stored.includes(name) ? 0 : 8, 10);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt32LE(text.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    parts.push(local, Buffer.from(name), extra, data);
    directory.push(entry, Buffer.from(name));
    offset += local.length + name.length + extra.length + data.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

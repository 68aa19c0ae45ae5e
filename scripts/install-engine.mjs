#!/usr/bin/env node
/**
 * Gets @tensorflow/tfjs-node its native TensorFlow. Nothing, if it works already; else libtensorflow out of the TensorFlow wheel,
 * which pip fetches by its hash, and the binding compiled here; tfjs-node's own installer, which checks no hash, only with --upstream.
 * If that does not work, says in one line why, and training uses WebAssembly. See docs/engine.md.
 *
 * Everything is built in a folder of its own inside the package and moved into place when it is whole.
 */
import { copyFileSync, constants, cpSync, existsSync, linkSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { rmSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { fetchLibTensorflow, lastLine, run } from './tensorflow-wheel.mjs';

const { values: options } = parseArgs({
  options: {
    upstream: { type: 'boolean', default: false }, // tfjs-node's own installer instead of the wheel
    force: { type: 'boolean', default: false }, // build again although it works
    verbose: { type: 'boolean', default: false }, // show what installers and compilers print
  },
});
const { verbose } = options;
const say = (line) => console.error(`engine: ${line}`);

/** The host of tfjs-node's own libraries is out of reach of many: gives up when nothing has arrived by then. */
const FIRST_BYTE_LIMIT = 15_000;
const UPSTREAM_LIMIT = 15 * 60_000;

const require = createRequire(import.meta.url);

/** Ends whatever runs when the user does, so that the stage and the half download are cleared away. */
const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interrupt.abort());

if (process.env.SER_ENGINE === 'wasm') {
  say('SER_ENGINE=wasm asks for the WebAssembly engine: nothing to install.');
  process.exit(0);
}
const tfjsNode = (await findPackage()) ?? process.exit(1);
const stage = join(tfjsNode, `.engine-${process.pid}`);

process.exitCode = await main();

async function main() {
  if (!options.force) {
    const { works, version } = await check();
    if (works) {
      say(`native TensorFlow ${version} works.`);
      return 0;
    }
  }

  const started = performance.now();
  let problem;
  try {
    makeStage();
    await (options.upstream ? fromUpstream() : fromWheel());
    publish();
    const { works, version, reason } = await check();
    if (works) {
      say(`native TensorFlow ${version} is ready (${Math.round((performance.now() - started) / 1000)} s).`);
      return 0;
    }
    unpublish();
    problem = `what ${options.upstream ? 'it' : 'the wheel'} gave does not load (${reason})`;
  } catch (error) {
    if (interrupt.signal.aborted) return 130;
    problem = error.message;
  } finally {
    removeStages();
  }
  const other = options.upstream
    ? ''
    : "`npm run engine -- --upstream` tries tfjs-node's own installer, which checks no hash; ";
  const remedy = `${other}\`npm run engine -- --verbose\` shows every step`;
  say(`training will use the WebAssembly engine, several times slower: ${problem}; ${remedy}.`);
  return 1;
}

/**
 * The folder of tfjs-node. npm up to 10 runs its install script, and removes the package again where that fails (it is an
 * optional dependency): then it is fetched once more, without the script.
 */
async function findPackage() {
  const find = () => dirname(require.resolve('@tensorflow/tfjs-node/package.json'));
  try {
    return find();
  } catch {
    const root = dirname(dirname(fileURLToPath(import.meta.url)));
    const { dependencies, optionalDependencies } = require(join(root, 'package.json'));
    const wanted = `@tensorflow/tfjs-node@${{ ...dependencies, ...optionalDependencies }['@tensorflow/tfjs-node']}`;
    const npm = process.env.npm_execpath;
    const args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', wanted];
    const { output } = npm
      ? await run(process.execPath, [npm, ...args], { cwd: root, verbose, signal: interrupt.signal })
      : await run('npm', args, { cwd: root, verbose, signal: interrupt.signal });
    try {
      return find();
    } catch {
      say(`training will use the WebAssembly engine: npm did not install ${wanted} (${lastLine(output)}).`);
      return undefined;
    }
  }
}

/** Loads tfjs-node in a process of its own and computes something: only what has computed counts as working. */
async function check() {
  const script = `
    const util = require('node:util');
    util.isNullOrUndefined ??= (value) => value == null;
    const tf = require('@tensorflow/tfjs-node');
    const [sum] = tf.tensor([[1, 2]]).matMul([[3], [4]]).dataSync();
    if (sum !== 11 || tf.getBackend() !== 'tensorflow') process.exit(1);
    console.log('ok ' + tf.backend().binding.TF_Version);`;
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', NODE_OPTIONS: '' };
  const signal = AbortSignal.timeout(120_000);
  const { code, output } = await run(process.execPath, ['-e', script], { cwd: tfjsNode, env, signal });
  const version = /^ok (\S+)/m.exec(output)?.[1];
  const reason = /Error: (.*)/.exec(output)?.[1] ?? lastLine(output);
  return { works: code === 0 && version !== undefined, version, reason };
}

/** tfjs-node's own installer, on the copy of its package in the stage. */
async function fromUpstream() {
  if (verbose) say("trying tfjs-node's own installer");
  const giveUp = new AbortController();
  const started = performance.now();
  const watch = setInterval(() => {
    const waited = performance.now() - started;
    if (waited > UPSTREAM_LIMIT || (waited > FIRST_BYTE_LIMIT && !hasBytes())) giveUp.abort();
  }, 500);
  const hasBytes = () => [join(stage, 'deps'), join(stage, 'scripts', '_tmp.zip')].some((path) => sizeOf(path) > 0);
  const bins = [join(tfjsNode, '..', '..', '.bin'), join(tfjsNode, 'node_modules', '.bin'), process.env.PATH];
  const env = { ...process.env, PATH: bins.join(delimiter) };
  const { output } = await run(process.execPath, ['scripts/install.js'], {
    cwd: stage,
    env,
    verbose,
    signal: AbortSignal.any([giveUp.signal, interrupt.signal]),
  });
  clearInterval(watch);
  if (isWhole()) return;
  const reason = giveUp.signal.aborted
    ? 'its host does not answer'
    : (/Error: (.*)/.exec(output)?.[1] ?? lastLine(output));
  throw new Error(`tfjs-node's own installer failed (${reason})`);
}

/** libtensorflow from the wheel in the places of upstream's archive, then the binding from its source. */
async function fromWheel() {
  const source = await fetchLibTensorflow({ verbose, say, signal: interrupt.signal });
  const lib = join(stage, 'deps', 'lib');
  mkdirSync(lib, { recursive: true });
  for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
    linkOrCopy(join(source, 'lib', name), join(lib, name));
  }
  symlinkSync('libtensorflow_cc.so.2', join(lib, 'libtensorflow.so'));
  symlinkSync('libtensorflow_cc.so.2', join(lib, 'libtensorflow.so.2'));
  symlinkSync('libtensorflow_framework.so.2', join(lib, 'libtensorflow_framework.so'));
  cpSync(join(source, 'include'), join(stage, 'deps', 'include'), { recursive: true });

  say('compiling the binding');
  // Headers that came with Node need no download.
  const prefix = dirname(dirname(process.execPath));
  const headers = existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? [`--nodedir=${prefix}`] : [];
  const nodePreGyp = require.resolve('@mapbox/node-pre-gyp/bin/node-pre-gyp', { paths: [tfjsNode] });
  const args = [nodePreGyp, 'install', '--build-from-source', ...headers];
  const { output } = await run(process.execPath, args, { cwd: stage, verbose, signal: interrupt.signal });
  if (isWhole()) return;
  const reason = /(?:fatal error|error|ERR! stack Error): (.*)/.exec(output)?.[1] ?? lastLine(output);
  throw new Error(`the binding could not be compiled with make, g++ and python3 (${reason})`);
}

function makeStage() {
  removeStages();
  mkdirSync(stage);
  for (const name of ['package.json', 'binding.gyp', 'binding', 'scripts']) {
    cpSync(join(tfjsNode, name), join(stage, name), { recursive: true });
  }
}

function removeStages() {
  for (const name of readdirSync(tfjsNode)) {
    const abandoned = name.startsWith('.engine-') && Date.now() - statSync(join(tfjsNode, name)).mtimeMs > 3_600_000;
    if (abandoned || join(tfjsNode, name) === stage) rmSync(join(tfjsNode, name), { recursive: true, force: true });
  }
}

function isWhole() {
  const lib = join(stage, 'lib');
  const bindings = existsSync(lib) ? readdirSync(lib) : [];
  return bindings.some((name) => existsSync(join(lib, name, 'tfjs_binding.node')));
}

function publish() {
  unpublish();
  // The binding last: without it tfjs-node knows that it is not installed.
  for (const name of ['deps', 'lib']) renameSync(join(stage, name), join(tfjsNode, name));
}

function unpublish() {
  for (const name of ['lib', 'deps']) rmSync(join(tfjsNode, name), { recursive: true, force: true });
}

/** A hard link to the cache costs no space and outlives it; across file systems, a copy. */
function linkOrCopy(from, to) {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
  }
}

function sizeOf(path) {
  if (!existsSync(path)) return 0;
  const stats = statSync(path);
  if (stats.isFile()) return stats.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

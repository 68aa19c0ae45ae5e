import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { unzip } from './unzip.mjs';

const VERSION = '2.15.1';

/**
 * The wheels that hold libtensorflow, one an architecture: pip fetches the CPython 3.11 one whatever Python it runs on,
 * since only its libraries and headers are taken. `contents` is the hash of exactly these, see `hashTree`.
 */
const WHEELS = {
  x64: {
    project: 'tensorflow-cpu',
    platform: 'x86_64',
    sha256: '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26',
    contents: 'c9374d22a3298a15c48237ea7fb649cf3e8c24ba9201b37618ff757f2d8e9511',
  },
  arm64: {
    project: 'tensorflow-cpu-aws',
    platform: 'aarch64',
    sha256: 'd4c3a3a9363bf42999adedbbd514e3a133be2d62f61fee9cfa46aaefb087c09e',
    contents: 'a710f78bf002d1d448d97f785d9c7db7c2fd35863d15bf31f5600f4fbf1ee799',
  },
};

const LIBRARY = /^tensorflow\/(libtensorflow_(?:cc|framework)\.so\.2)$/;
const HEADER = /^tensorflow\/(include\/(?:tensorflow\/(?:c|core\/platform)|tsl\/(?:c|platform))\/.+)$/;

/**
 * libtensorflow (`lib/`, `include/`) out of the TensorFlow wheel that pip fetches, kept in the user's cache.
 * @param {{ say: (line: string) => void, verbose?: boolean, signal?: AbortSignal }} options  `say` is told what takes long
 * @returns {Promise<string>} the folder that holds `lib` and `include`, its contents verified
 * @throws {Error} whose message completes "because …"
 */
export async function fetchLibTensorflow({ say, verbose = false, signal }) {
  const wheel = process.platform === 'linux' && WHEELS[process.arch];
  if (!wheel) throw new Error(`there is no TensorFlow wheel for ${process.platform} on ${process.arch}`);
  if (!process.report.getReport().header.glibcVersionRuntime) throw new Error('the TensorFlow wheel needs glibc');

  const cache = cacheFolder();
  const folder = join(cache, `libtensorflow-${VERSION}-${process.arch}`);
  if ((await hashTree(folder)) === wheel.contents) return folder;

  const pip = await findPip();
  if (!pip) throw new Error('there is no python3 with pip to fetch the TensorFlow wheel');
  say(`fetching TensorFlow ${VERSION} with pip (200 MB, once; kept in ${cache})`);
  sweep(cache);
  const partial = mkdtempSync(join(cache, 'partial-'));
  try {
    const requirements = join(partial, 'requirements.txt');
    writeFileSync(requirements, `${wheel.project}==${VERSION} --hash=sha256:${wheel.sha256}\n`);
    const { code, output } = await run(
      pip[0],
      [
        ...pip.slice(1),
        ...['download', '--require-hashes', '--no-deps', '--only-binary=:all:', '--no-cache-dir', '--retries', '2'],
        ...['--python-version', '311', '--implementation', 'cp', '--abi', 'cp311'],
        ...['--platform', `manylinux2014_${wheel.platform}`, '--platform', `manylinux_2_17_${wheel.platform}`],
        ...['--dest', partial, '--requirement', requirements],
      ],
      { verbose, signal },
    );
    const file = readdirSync(partial).find((name) => name.endsWith('.whl'));
    if (code !== 0 || !file) throw new Error(`pip could not fetch ${wheel.project} ${VERSION} (${lastLine(output)})`);

    const unpacked = join(partial, 'unpacked');
    await unzip(join(partial, file), unpacked, (name) => {
      const library = LIBRARY.exec(name);
      return library ? `lib/${library[1]}` : HEADER.exec(name)?.[1];
    });
    if ((await hashTree(unpacked)) !== wheel.contents) throw new Error('the TensorFlow wheel was unpacked wrongly');
    rmSync(folder, { recursive: true, force: true });
    renameSync(unpacked, folder);
    return folder;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** One SHA-256 over the sorted names, sizes and bytes of all files below `folder`; `undefined` if there is none. */
export async function hashTree(folder) {
  const hash = createHash('sha256');
  let names;
  try {
    names = readdirSync(folder, { recursive: true }).filter((name) => statSync(join(folder, name)).isFile());
  } catch {
    return undefined;
  }
  for (const name of names.sort()) {
    hash.update(`${name}\0${statSync(join(folder, name)).size}\0`);
    for await (const bytes of createReadStream(join(folder, name), { highWaterMark: 1 << 20 })) hash.update(bytes);
  }
  return hash.digest('hex');
}

/** `$XDG_CACHE_HOME/gender-ser`, else `~/.cache/gender-ser`, else a folder in node_modules when home is not writable. */
function cacheFolder() {
  for (const base of [process.env.XDG_CACHE_HOME, join(homedir(), '.cache'), join('node_modules', '.cache')]) {
    if (!base) continue;
    const folder = join(base, 'gender-ser');
    try {
      mkdirSync(folder, { recursive: true });
      rmSync(mkdtempSync(join(folder, 'probe-')), { recursive: true });
      return folder;
    } catch {
      // Not writable: the next one.
    }
  }
  throw new Error('no folder is writable to keep TensorFlow in (set XDG_CACHE_HOME)');
}

/** Removes what interrupted runs left behind; an hour is longer than any download that still goes on. */
function sweep(cache) {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    if (name.startsWith('partial-') && Date.now() - statSync(path).mtimeMs > 3_600_000) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}

async function findPip() {
  for (const pip of [['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3'], ['pip']]) {
    const { code } = await run(pip[0], [...pip.slice(1), '--version']);
    if (code === 0) return pip;
  }
  return undefined;
}

export const lastLine = (output) => output.trim().split('\n').at(-1)?.trim().slice(0, 200) || 'it gave no reason';

/**
 * Runs a program to its end; never throws.
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, verbose?: boolean, signal?: AbortSignal }} options
 *   `signal` ends it, with all that it started
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(program, args, { cwd, env, verbose = false, signal } = {}) {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: !!signal });
    const end = (code) => resolve({ code: code ?? 1, output });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes) => {
        output += bytes;
        if (verbose) process.stderr.write(bytes);
      });
    }
    const stop = () => {
      try {
        process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
      } catch {
        // It has ended already.
      }
    };
    signal?.addEventListener('abort', stop);
    child.on('error', (error) => {
      output += error.message;
      end(1);
    });
    child.on('close', (code) => {
      signal?.removeEventListener('abort', stop);
      end(code);
    });
  });
}

import { expectOptions } from '../../messages/arguments.ts';
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import util from 'node:util';
import { SerError } from '../../error.ts';
import { registerTrainingKernels } from './wasmKernels.ts';

export type EngineName = 'native' | 'wasm';

/** TensorFlow for this room: the same functions, whatever the backend. */
export interface Engine {
  tf: typeof import('@tensorflow/tfjs');
  name: EngineName;
  /** Version of native TensorFlow (such as `2.15.1`), or of tfjs if it computes in WebAssembly. */
  version: string;
  /** Threads per operation. */
  threads: number;
  /** One line for the user if the preferred engine is not available. */
  notice?: string;
}

export interface EngineOptions {
  /**
   * The required engine. Default: the environment variable `SER_ENGINE`, else native TensorFlow or, if it is not installed,
   * WebAssembly with a notice.
   */
  name?: EngineName;
  /**
   * Threads per operation. The operations of a step of the reference CNN are finished before a second
   * thread has woken up, and differently split sums change the last bits: so the default is 1 on any machine.
   * Native only: WebAssembly always uses one.
   */
  threads?: number;
}

let loaded: Promise<Engine> | undefined;

/**
 * The TensorFlow engine of this process. It is loaded once; later calls return the same one.
 * @throws {SerError} `engine` if the requested one is not available, or another is already in use
 * @example
 * const { tf } = await loadEngine();
 * tf.tensor1d([1, 2]).sum().dataSync() // → [3]
 */
export async function loadEngine(options: EngineOptions = {}): Promise<Engine> {
  expectOptions(options, 'The options of loadEngine', ['name', 'threads']);
  const wanted = options.name ?? (process.env.SER_ENGINE || undefined);
  if (wanted !== undefined && wanted !== 'native' && wanted !== 'wasm') {
    throw new SerError('engine', `SER_ENGINE is "${wanted}": it must be "native" or "wasm".`);
  }
  loaded ??= load(wanted, options.threads).catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  const engine = await loaded;
  if (wanted && engine.name !== wanted) {
    throw new SerError(
      'engine',
      `The ${wanted} engine is requested, but this process already uses the ${engine.name} one.`,
    );
  }
  return engine;
}

async function load(wanted: EngineName | undefined, threads = 1): Promise<Engine> {
  if (!(Number.isInteger(threads) && threads > 0)) {
    throw new SerError('usage', `The number of an engine's threads must be an integer from 1; it is ${threads}.`);
  }
  if (wanted === 'wasm') return loadWasm();
  try {
    return await loadNative(threads);
  } catch (cause) {
    const remedy =
      '`npm run engine` installs native TensorFlow, in a project that has this package `npm explore gender-ser -- npm run engine`';
    const reason = (cause as Error).message.split('\n')[0].trim();
    if (wanted === 'native') {
      throw new SerError('engine', `Native TensorFlow does not load (${reason}); ${remedy}.`, { cause });
    }
    const notice = `Native TensorFlow is not installed: this runs in WebAssembly, several times slower; ${remedy}.`;
    return { ...(await loadWasm()), notice };
  }
}

/** tfjs and its engines are CommonJS; `require` loads them in Node, tsx and Deno alike. */
const require = createRequire(import.meta.url);

async function loadNative(threads: number): Promise<Engine> {
  // tfjs-node still calls these, which Node 22 deprecates and Node 23 partly removed.
  Object.assign(util, { isNullOrUndefined: (value: unknown) => value == null, isArray: Array.isArray });
  // libtensorflow reads these when it is loaded.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  const tf = require('@tensorflow/tfjs-node') as Engine['tf'];
  await tf.ready();
  const { binding } = tf.backend() as unknown as { binding: { TF_Version: string } };
  return { tf, name: 'native', version: binding.TF_Version, threads };
}

async function loadWasm(): Promise<Engine> {
  const tf = require('@tensorflow/tfjs') as Engine['tf'];
  const { setWasmPaths } = require('@tensorflow/tfjs-backend-wasm') as typeof import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep);
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => process.listeners(event as 'uncaughtException'));
  const started = await tf.setBackend('wasm');
  // Emscripten rethrows uncaught errors, as if they had happened in its own minified source.
  events.forEach((event, i) => {
    for (const listener of process.listeners(event as 'uncaughtException')) {
      if (!before[i].includes(listener)) process.removeListener(event, listener);
    }
  });
  if (!started) {
    throw new SerError('engine', 'The WebAssembly engine does not start: this needs Node 20 or newer, or Deno 2.');
  }
  registerTrainingKernels(tf);
  return { tf, name: 'wasm', version: tf.version.tfjs, threads: 1 };
}

import { createRequire, Module } from 'node:module';
import { SerError } from '../../../src/error.ts';
import { loadEngine } from '../../../src/train/engine/engine.ts';

/** Prints what `loadEngine` gives where tfjs-node has no binding. */
const require = createRequire(import.meta.url);
const path = require.resolve('@tensorflow/tfjs-node');
require.cache[path] = new Module(path); // keeps the real one from loading
Object.defineProperty(require.cache[path], 'loaded', { value: true });
Object.defineProperty(require.cache[path], 'exports', {
  get() {
    throw new Error('The Node.js native addon module (tfjs_binding.node) can not be found');
  },
});
try {
  const { name, notice } = await loadEngine();
  process.stdout.write(JSON.stringify({ name, notice }));
} catch (error) {
  if (!(error instanceof SerError)) throw error;
  process.stdout.write(JSON.stringify({ code: error.code, message: error.message }));
}

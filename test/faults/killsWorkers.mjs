/** Preloaded (`NODE_OPTIONS=--import …`): a thread that reads a file whose name has "poison" in it ends at once, as if native code had failed. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';

if (!isMainThread) {
  const openSync = fs.openSync;
  const deadly = (path) => String(path).includes('poison') && process.exit(9);
  fs.openSync = (path, ...more) => (deadly(path), openSync(path, ...more));
  for (const name of ['open', 'readFile']) {
    const original = fs.promises[name];
    fs.promises[name] = (path, ...more) => (deadly(path), original(path, ...more));
  }
  const readFileSync = fs.readFileSync;
  fs.readFileSync = (path, ...more) => (deadly(path), readFileSync(path, ...more));
  syncBuiltinESMExports();
}

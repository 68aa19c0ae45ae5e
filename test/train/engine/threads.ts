import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { loadEngine } from '../../../src/train/engine/engine.ts';

/** Prints how many threads a process has after some work, with an engine that may use 1 and one that may use 3. */
if (process.argv[2]) {
  const { tf } = await loadEngine({ threads: Number(process.argv[2]) });
  tf.matMul(tf.ones([300, 300]), tf.ones([300, 300])).dataSync();
  process.stdout.write(String(readdirSync('/proc/self/task').length));
} else {
  const count = (threads: number) => {
    const args = [...process.execArgv, process.argv[1], String(threads)];
    return Number(spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout);
  };
  process.stdout.write(JSON.stringify({ one: count(1), three: count(3) }));
}

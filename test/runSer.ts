import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Where `compileSources` puts the modules: as deep as `src`, so that paths from a module to `models` and `data` stay true. */
export const COMPILED = '.compiled';

/** The words after `node` that start `ser`, from anywhere. */
export const SER = [join(import.meta.dirname, '..', COMPILED, 'cli.js')];

/** `ser …` as a user runs it. @param env  besides the test's own */
export async function runSer(
  words: readonly string[],
  env = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const command = [...SER, ...words];
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, command, {
      env: { ...process.env, ...env },
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

/** A command that runs until it is told to stop. */
export function startSer(words: readonly string[]): {
  stderr: () => string;
  kill: (signal: NodeJS.Signals) => void;
  /** Its exit code, once it has ended. */
  code: Promise<number | null>;
} {
  const ser = spawn(process.execPath, [...SER, ...words]);
  let stderr = '';
  ser.stderr.on('data', (text) => (stderr += String(text)));
  return {
    stderr: () => stderr,
    kill: (signal) => void ser.kill(signal),
    code: new Promise((resolve) => ser.on('exit', resolve)),
  };
}

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Contender {
  /** Does the work once. @returns the line that the process prints when it is done */
  run(): Promise<string>;
  end(): void;
}

/** A process that does its work once for every line on its standard input, and then prints a line. */
export function startContender(what: string, program: string, args: string[], env: NodeJS.ProcessEnv = {}): Contender {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  const failed = new Promise<never>((_, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`${what} ended with ${code} instead of doing its work`)));
  });
  failed.catch(() => undefined); // it also ends when it is done
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const run = async () => {
    child.stdin.write('\n');
    const { value } = await Promise.race([lines.next(), failed]);
    return value as string;
  };
  return { run, end: () => child.stdin.end() };
}

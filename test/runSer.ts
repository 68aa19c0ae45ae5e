import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** `ser …` as a user runs it. @param env  besides the test's own */
export async function runSer(
  words: readonly string[],
  env = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const command = ['--import', 'tsx', 'src/cli.ts', ...words];
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, command, {
      env: { ...process.env, ...env },
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

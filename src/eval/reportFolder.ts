import { existsSync, mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { SerError } from '../error.ts';
import { checkOutFolder, namesIn, writing } from '../files.ts';

/**
 * Checks that a report may be written to `dir`, for replacing it would lose what else is there.
 * @throws {SerError} `usage` if `dir` is a file, cannot be written, or is a folder that holds something but no report
 */
export function checkReportFolder(dir: string): void {
  checkOutFolder(dir);
  // It is written beside its place first.
  checkOutFolder(dirname(resolve(dir)));
  if (!existsSync(dir)) return;
  const names = namesIn(dir);
  if (names.length === 0 || (names.includes('report.json') && names.includes('manifest.json'))) return;
  throw new SerError('usage', `${dir} holds something else than a report, such as ${names[0]}: choose another --out.`);
}

/**
 * Puts a folder with these files in the place of `dir`. They are written beside it first, so that an interruption
 * leaves the old report or the new one, never half of one.
 * @param files  content by path within the folder
 */
export function replaceReportFolder(dir: string, files: ReadonlyMap<string, string | Uint8Array>): void {
  checkReportFolder(dir);
  writing(dir, () => replaceFolder(dir, files));
}

function replaceFolder(dir: string, files: ReadonlyMap<string, string | Uint8Array>): void {
  // Of a link the target.
  const path = existsSync(dir) ? realpathSync(dir) : resolve(dir);
  const [partial, replaced] = [`${path}.partial`, `${path}.replaced`];
  for (const one of [partial, replaced]) rmSync(one, { recursive: true, force: true });
  for (const [name, content] of files) {
    mkdirSync(dirname(join(partial, name)), { recursive: true });
    writeFileSync(join(partial, name), content);
  }
  if (existsSync(path)) renameSync(path, replaced);
  renameSync(partial, path);
  rmSync(replaced, { recursive: true, force: true });
}

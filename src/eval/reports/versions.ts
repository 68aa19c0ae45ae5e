import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { VERSION } from '../../version.ts';

/** Packages that affect the figures and pictures of a report. */
const PACKAGES = ['@tensorflow/tfjs', '@tensorflow/tfjs-node', 'vega', 'vega-lite', '@resvg/resvg-js'];

/**
 * Versions of node, of this package and of the installed packages that a report depends on.
 * @param more  names of packages that only some reports depend on
 */
export function installedVersions(more: readonly string[] = []): Record<string, string> {
  const { paths } = createRequire(import.meta.url).resolve;
  // Not by resolving `name/package.json`: most packages don't export it.
  const found = [...PACKAGES, ...more].flatMap((name) => {
    const folder = (paths(name) ?? []).find((one) => existsSync(join(one, name, 'package.json')));
    if (!folder) return [];
    const { version } = JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')) as { version: string };
    return [[name, version] as const];
  });
  return { node: process.versions.node, 'gender-ser': VERSION, ...Object.fromEntries(found) };
}

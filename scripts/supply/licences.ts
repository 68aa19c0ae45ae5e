/**
 * Lists the licences of all packages of the lock file, and fails where one is not known or not among those that may be used:
 *
 *     npm run -s licences
 */
import satisfies from 'spdx-satisfies';
import { lockedPackages } from './lockedPackages.ts';

/** Licences that ask for no more than to be named, of the whole file (MPL) or package (LGPL, below) at most. */
const ALLOWED = [
  ...['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'CC0-1.0', 'CC-BY-3.0', 'ISC', 'MIT'],
  ...['Bitstream-Vera', 'MPL-2.0', 'Python-2.0', 'Unlicense', 'Zlib'],
];
/** Under the LGPL, loaded as packages of their own that may be replaced: NOTICE names them. */
const ALSO: Record<string, string[]> = { 'codec-parser': ['LGPL-3.0-or-later'] };

const refused: string[] = [];
const byLicence = new Map<string, string[]>();
for (const { path, name, version, licence, dev } of lockedPackages(process.argv[2] ?? 'package-lock.json')) {
  const words = `${licence ?? 'none'}${dev ? ' (development only)' : ''}`;
  byLicence.set(words, [...(byLicence.get(words) ?? []), `${name}@${version}`]);
  if (!mayBeUsed(name, licence)) refused.push(`${path} ${version}: ${licence ?? 'no licence stated'}`);
}
for (const [licence, names] of [...byLicence].sort()) {
  console.log(`${licence}: ${[...new Set(names)].sort().join(', ')}`);
}
if (refused.length > 0) {
  console.error(`\nNot among the licences that may be used:\n${refused.join('\n')}`);
  process.exitCode = 1;
}

function mayBeUsed(name: string, licence: string | undefined): boolean {
  try {
    return licence !== undefined && satisfies(licence, [...ALLOWED, ...(ALSO[name] ?? [])]);
  } catch {
    return false; // Not an SPDX expression, such as "SEE LICENSE IN …".
  }
}

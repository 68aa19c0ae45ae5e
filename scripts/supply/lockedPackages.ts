/** The packages of package-lock.json: those of every platform, whether they are installed here or not. */
import { readFileSync } from 'node:fs';

export interface LockedPackage {
  /** Place in the lock file, such as `node_modules/a/node_modules/b`; a name may be at several. */
  path: string;
  name: string;
  version: string;
  /** SPDX expression; `undefined` where the package states none. */
  licence?: string;
  /** Needed to develop the project only. */
  dev: boolean;
  optional: boolean;
  /** `sha512-` and base64: what `npm ci` checks the package against. */
  integrity?: string;
  /** The packages that it depends on, by their places in the lock file. */
  dependsOn: string[];
}

interface Entry {
  name?: string;
  version: string;
  license?: string;
  dev?: boolean;
  optional?: boolean;
  link?: boolean;
  integrity?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** Licences of packages that state none that can be looked up, from their licence files. */
const STATED: Record<string, string> = {
  'dejavu-fonts-ttf': 'Bitstream-Vera',
  'typed-function': 'MIT',
};

/** @param file  a package-lock.json; packages of the project itself (`file:`) are left out */
export function lockedPackages(file: string): LockedPackage[] {
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Entry> };
  return Object.entries(packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && !link)
    .map(([path, entry]) => {
      const name = entry.name ?? path.split('node_modules/').at(-1)!;
      return {
        ...{ path, name, version: entry.version, licence: STATED[name] ?? entry.license, integrity: entry.integrity },
        ...{ dev: entry.dev ?? false, optional: entry.optional ?? false, dependsOn: dependenciesOf(packages, path) },
      };
    });
}

/** Places of what the package at `path` (`''`: the project) depends on, found as Node finds them: within it, then beside it and further up. */
export function dependenciesOf(packages: Record<string, Entry>, path: string): string[] {
  const { dependencies, optionalDependencies, peerDependencies } = packages[path];
  const parents = path.split('node_modules/').slice(1); // 'a/', 'b' of node_modules/a/node_modules/b
  return Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }).flatMap((name) => {
    for (let depth = parents.length; depth >= 0; depth--) {
      const within = parents.slice(0, depth).map((parent) => `node_modules/${parent.replace(/\/$/, '')}/`);
      const place = `${within.join('')}node_modules/${name}`;
      if (packages[place]) return packages[place].link ? [] : [place];
    }
    return []; // A peer that nobody needs.
  });
}

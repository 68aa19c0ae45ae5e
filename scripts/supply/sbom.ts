/**
 * Software bill of materials in CycloneDX 1.6 of all that an installation of the package may bring (`npm sbom` leaves out what development
 * shares with it): the same bytes for the same lock file.
 *
 *     npm run -s sbom > sbom.json
 */
import { readFileSync } from 'node:fs';
import { dependenciesOf, lockedPackages } from './lockedPackages.ts';

const lock = process.argv[2] ?? 'package-lock.json';
const { packages } = JSON.parse(readFileSync(lock, 'utf8')) as { packages: Parameters<typeof dependenciesOf>[0] };
const used = lockedPackages(lock).filter(({ dev }) => !dev);
const project = { ...packages[''], name: packages[''].name! };
const purl = (name: string, version: string): string => `pkg:npm/${name.replace('@', '%40')}@${version}`;
const refs = new Map(used.map(({ path, name, version }) => [path, purl(name, version)]));
/** One component per name and version, however many copies the lock file has; required if one of them is. */
const components = new Map<string, object>();
const dependencies = new Map<string, Set<string>>();
for (const { path, name, version, licence, optional, integrity, dependsOn } of used) {
  const ref = refs.get(path)!;
  if (!components.has(ref) || !optional) {
    const [group, short] = name.startsWith('@') ? name.split('/') : [undefined, name];
    components.set(ref, {
      ...{ type: 'library', 'bom-ref': ref, group, name: short, version, scope: optional ? 'optional' : 'required' },
      hashes: integrity ? [{ alg: 'SHA-512', content: hexOf(integrity) }] : undefined,
      licenses: licence ? [{ expression: licence }] : undefined,
      purl: ref,
    });
  }
  addDependencies(ref, dependsOn);
}
const root = purl(project.name, project.version);
addDependencies(root, dependenciesOf(packages, ''));

console.log(
  JSON.stringify(
    {
      ...{
        $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
        bomFormat: 'CycloneDX',
        specVersion: '1.6',
        version: 1,
      },
      metadata: {
        component: {
          ...{ type: 'application', 'bom-ref': root, name: project.name, version: project.version },
          ...{ licenses: [{ expression: project.license }], purl: root },
        },
      },
      components: [...components].sort(byRef).map(([, component]) => component),
      dependencies: [...dependencies].sort(byRef).map(([ref, on]) => ({ ref, dependsOn: [...on].sort() })),
    },
    null,
    1,
  ),
);

function addDependencies(ref: string, places: string[]): void {
  const all = dependencies.get(ref) ?? new Set();
  for (const place of places) if (refs.has(place)) all.add(refs.get(place)!);
  dependencies.set(ref, all);
}

function byRef([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}

function hexOf(integrity: string): string {
  return Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex');
}

import { SerError } from '../../error.ts';
import type { ComparedSystem } from './compare.ts';
import { readCrossFolder } from '../reports/crossFolder.ts';
import { reportKind } from '../reports/rebuildReport.ts';
import { readReport } from '../reports/report.ts';
import { routedPredictions } from './routing.ts';
import { systemPredictions } from './systems.ts';

/**
 * A system of a report folder, to compare with another.
 * @param system  `oracle`, `hard` …; without it the report's first
 * @throws {SerError} `usage` if the report has no such system, `table` for a damaged one
 */
export function readComparedSystem(dir: string, system?: string): ComparedSystem {
  const systems = readSystems(dir);
  const names = Object.keys(systems);
  const name = system ?? names[0];
  if (!Object.hasOwn(systems, name))
    throw new SerError('usage', `${dir} has no system ${name}; it has ${names.join(', ')}.`);
  return { name: names.length > 1 ? `${dir} (${name})` : dir, seeds: systems[name] };
}

function readSystems(dir: string): Record<string, ComparedSystem['seeds']> {
  if (reportKind(dir) === 'cross') {
    const { sheets, maleProbability } = readCrossFolder(dir);
    return systemPredictions(sheets, maleProbability) as Record<string, ComparedSystem['seeds']>;
  }
  const { predictions, routing, manifest } = readReport(dir);
  const seeds = Object.values(typeof manifest.seed === 'object' ? (manifest.seed ?? {}) : [manifest.seed]);
  const seed = seeds.length > 0 && seeds.every((one) => one === seeds[0]) ? Number(seeds[0]) : null;
  const routed = routing ? routedPredictions(routing) : { oracle: predictions };
  return Object.fromEntries(Object.entries(routed).map(([name, one]) => [name, [{ ...one, seed }]]));
}

import { tablePaths } from '../../data/tables/tablePaths.ts';
import { readBundle } from './bundle.ts';

/** By what a finished model is tested: the protocol that it was trained under, and the table of its corpus and features in this package. */
export function testedBy(dir: string, table?: string): { protocol: string; table: string } {
  const { protocol, data, features } = readBundle(dir);
  return { protocol, table: table ?? tablePaths(data.corpora[0].name, features.set).original };
}

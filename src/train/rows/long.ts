import { TABLE_MEMORY } from '../../data/tables/longTables.ts';
import type { TableRows } from '../../data/tables/tableRows.ts';
import { inMemory } from '../../data/tables/values.ts';
import { SerError } from '../../error.ts';
import type { Classifier } from '../classifiers/classifier.ts';
import { CLASSIFIERS } from '../classifiers/classifiers.ts';

/** Refuses, before the work, tables that are too large for the memory, if it cannot be done with them. @throws {SerError} `usage` */
export function checkLong(classifier: Classifier, tables: readonly TableRows[], speakerAdapt = false): void {
  const long = tables.find(({ values }) => !inMemory(values));
  if (!long) return;
  checkReads(classifier, 4 * long.values.length, `The table of ${long.featureSet} features`);
  if (speakerAdapt) throw new SerError('usage', `Speaker adaptation takes all rows of the speakers together, and the table of ${long.featureSet} features is too large for that: ${remedy(long)}, or leave --speaker-adapt out.`); // prettier-ignore
}

/**
 * @param bytes  of a table's values that are not in memory
 * @param origin  of the table, for the message
 * @throws {SerError} `usage` unless the classifier can learn from it
 */
export function checkReads({ name, fitLong }: Classifier, bytes: number, origin: string): void {
  if (fitLong) return;
  const others = CLASSIFIERS.filter((one) => one.fitLong).map((one) => one.name);
  throw new SerError(
    'usage',
    `${origin} takes ${Math.ceil(bytes / 1e6)} MB, more than a training keeps in memory, and ${name} learns from memory alone: ` +
      `${remedyFor(bytes)}, or choose a classifier that reads its rows from the disk (${others.join(', ')}).`,
  );
}

const remedy = ({ values }: TableRows): string => remedyFor(4 * values.length);

const remedyFor = (bytes: number): string =>
  `set SER_TABLE_MEMORY=${Math.ceil(bytes / 1e6)} (${TABLE_MEMORY} without it) where there is about five times as much memory`;

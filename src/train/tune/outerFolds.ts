import { innerBy, innerProtocol, type InnerFoldsOptions } from '../../data/protocols/innerFolds.ts';
import { checkLeaks, type Protocol } from '../../data/protocols/protocol.ts';
import { testedLabels } from '../../data/protocols/protocols.ts';
import { hashIds, selectRows, type TableRow } from '../../data/tables/table.ts';
import { SerError } from '../../error.ts';
import type { CrossTables } from '../crossValidation.ts';

/** A fold whose training clips are searched by themselves. */
export interface OuterFold {
  name: string;
  /** Hash of the ids of its test clips, from which nothing is learnt. */
  testClips: string;
  /** Its training clips, as recorded. */
  clips: readonly TableRow[];
  /** The tables that it is a part of: what a result was made of. */
  whole: CrossTables;
  /** The rows that may be learnt from: its training clips with their augmented copies, and the further clips. A copy. */
  tables(): CrossTables;
  /** Emotions by which models are compared: those that the protocol tests. */
  labels: readonly string[];
  /** What stays together in an inner fold. */
  by: 'speaker' | 'clip';
  /** Splits the training clips. @param share  of the training clips of each inner fold, for successive halving */
  inner(share: number): Protocol;
}

/**
 * The folds of a protocol with what may be seen of each while options are chosen: no row of its test clips is left in the tables.
 * @param names  of the folds. Default: all
 * @throws {SerError} `usage` for an unknown name, `protocol` for further clips that share something with test clips
 */
export function outerFolds(
  tables: CrossTables,
  protocol: Protocol,
  inner: InnerFoldsOptions,
  names?: readonly string[],
): OuterFold[] {
  const { table, augmented, also = [] } = tables;
  const folds = protocol.folds(table.clips.filter((clip) => clip.copy === 0));
  const stranger = names?.find((name) => !folds.some((fold) => fold.name === name));
  if (stranger !== undefined) {
    throw new SerError('usage', `${protocol.name} has no fold "${stranger}"; it has ${folds.map(({ name }) => `"${name}"`).join(', ')}.`); // prettier-ignore
  }
  const labels = testedLabels(protocol, table);
  return folds
    .filter(({ name }) => names?.includes(name) ?? true)
    .map(({ name, train, test }): OuterFold => {
      for (const { table: further } of also)
        checkLeaks({ name, train: further.clips, test: [...test] }, protocol.shares);
      const ids = new Set(train.map((clip) => clip.id));
      const isLearnt = ({ id }: { id: string }): boolean => ids.has(id);
      return {
        ...{ name, labels, testClips: hashIds(test), clips: train, whole: tables },
        tables: () => ({
          ...tables,
          table: selectRows(table, isLearnt),
          augmented: augmented && selectRows(augmented, isLearnt),
        }),
        by: inner.by ?? innerBy(protocol),
        inner: (share) => innerProtocol(protocol, name, { ...inner, share }),
      };
    });
}

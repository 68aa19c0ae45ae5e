import { readLabelMap } from '../../data/labels/labelMap.ts';
import { dataTables } from '../../data/sources/dataTables.ts';
import type { CorpusScan } from '../../data/corpora/corpus.ts';
import type { Source, SourceOptions } from '../../data/sources/source.ts';
import { printableName } from '../../messages/printable.ts';
import { type Progress, showProgress } from '../../progress.ts';
import { counted } from '../../words.ts';
import { DATA_OPTION, MAP_OPTION } from '../options.ts';
import { resumable } from '../resumable.ts';
import { fillGenders } from './fillGenders.ts';

/** Options for labelled recordings, in place of tables. */
export const DATA_OPTIONS = {
  data: DATA_OPTION,
  map: MAP_OPTION,
  'fill-genders': {
    type: 'boolean',
    default: false,
    describe: 'With --data: let the gender model fill in missing genders; tables and cards tell of how many clips',
  },
} as const;

export interface DataArguments {
  data?: string[];
  map?: string[];
  'fill-genders'?: boolean;
}

/** How sources are read, with what is worth telling on standard error. */
export const sourceOptions = ({
  map,
  'fill-genders': fill,
}: DataArguments): SourceOptions & { onNotice: (notice: string) => void } => ({
  map: readLabelMap(map ?? []),
  ...(fill && { fillGenders }),
  onNotice: (notice) => console.error(printableName(notice)),
});

/** Tells on standard error what of a source is not used, and what is not known. */
export function tellScan({ root }: Pick<Source, 'root'>, { clips, problems, gendersFilledIn = 0 }: CorpusScan): void {
  for (const { name, reason } of problems.slice(0, SHOWN))
    console.error(`left out: ${printableName(`${name}: ${reason}`)}`);
  if (problems.length > SHOWN) console.error(`left out: ${problems.length - SHOWN} more of ${printableName(root)}`);
  if (gendersFilledIn > 0) console.error(`gender of ${counted(gendersFilledIn, 'clip')} by the gender model`);
  const unknown = clips.filter(({ gender }) => gender === null).length;
  if (unknown > 0) {
    console.error(`${counted(unknown, 'clip')} without a gender: sufficient for the pooled model; --fill-genders uses the gender model`); // prettier-ignore
  }
}
const SHOWN = 10;

/**
 * The tables of `--data`, made where they are not there yet.
 * If that is interrupted, the process ends.
 */
export async function tablesOfData(
  args: DataArguments & { data: string[] },
  featureSet: string,
  copies: boolean,
): Promise<{ name: string; table: string; 'augmented-table'?: string }> {
  let bar: Progress | undefined;
  let made: Awaited<ReturnType<typeof dataTables>> | undefined;
  await resumable(
    async (signal) => {
      made = await dataTables(args.data, {
        ...sourceOptions(args),
        ...{ featureSet, copies, signal },
        onScan: tellScan,
        onStart: (clips, done) => (bar = showProgress('features', clips, done)),
        onClip: (id) => bar?.tick(id),
        onBuilt: () => bar?.stop(),
      });
    },
    () => bar?.stop(),
  );
  if (!made) process.exit(); // resumable has told how to go on
  return { name: made.name, table: made.table, 'augmented-table': made.augmented };
}

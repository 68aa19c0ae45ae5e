import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SerError } from '../../error.ts';

/** Folder of the committed tables; the same place seen from `src/data` and from `dist/data`. */
export const TABLE_FOLDER = fileURLToPath(new URL('../../../data/features', import.meta.url));

/** The name of a feature set, as part of a file's name: characters that this cannot have are written as in a URL. */
const written = (featureSet: string): string => featureSet.replaceAll(/[^\w.+,#-]/gu, encodeURIComponent);

/** The feature set of a name in a table's file name. @throws {SerError} `table` for one that no table has */
export function nameInTable(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new SerError('table', `"${text}" is not the name of a feature set as tables have it in their file names.`, { cause }); // prettier-ignore
  }
}

/** Paths of the tables of a corpus's clips, and of their augmented copies, in a folder. */
export function tablePaths(corpus: string, featureSet: string, folder = TABLE_FOLDER) {
  const stem = join(folder, `${corpus}-${written(featureSet)}`);
  return { original: `${stem}.parquet`, augmented: `${stem}-augmented.parquet` };
}

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the committed tables; the same place seen from `src/data` and from `dist/data`. */
export const TABLE_FOLDER = fileURLToPath(new URL('../../../data/features', import.meta.url));

/** Paths of the tables of a corpus's clips, and of their augmented copies, in a folder. */
export function tablePaths(corpus: string, featureSet: string, folder = TABLE_FOLDER) {
  const stem = join(folder, `${corpus}-${featureSet}`);
  return { original: `${stem}.parquet`, augmented: `${stem}-augmented.parquet` };
}

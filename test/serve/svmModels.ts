import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GENDERS } from '../../src/data/clip.ts';
import { tablePaths } from '../../src/data/tables/tablePaths.ts';
import { readTable } from '../../src/data/tables/tableFile.ts';
import { trainModel } from '../../src/train/trainModel.ts';

/** A folder with a pair of support vector machines, trained on the committed table of a feature set in some seconds. */
export async function trainSvmPair(features = 'librosa186'): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'ser-svm-'));
  const table = await readTable(tablePaths('ravdess', features).original);
  for (const gender of GENDERS) {
    const command = `npm run -s ser -- train ${gender} --classifier svm`;
    await trainModel({ gender, table, classifier: 'svm', out: join(folder, gender), command }, {});
  }
  return folder;
}

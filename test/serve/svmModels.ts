import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GENDERS } from '../../src/data/clip.ts';
import { TABLE_PATHS } from '../../src/data/corpora/corpora.ts';
import { readTable } from '../../src/data/tables/tableFile.ts';
import { trainModel } from '../../src/train/trainModel.ts';

/** A folder with a pair of support vector machines, trained on the committed table in a second or two. */
export async function trainSvmPair(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'ser-svm-'));
  const table = await readTable(TABLE_PATHS.original);
  for (const gender of GENDERS) {
    const command = `npm run -s ser -- train ${gender} --classifier svm`;
    await trainModel({ gender, table, classifier: 'svm', out: join(folder, gender), command }, {});
  }
  return folder;
}

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GENDERS } from '../../src/data/clip.ts';
import { tablePaths } from '../../src/data/tables/tablePaths.ts';
import { readTable } from '../../src/data/tables/tableFile.ts';
import type { TrainOptions } from '../../src/train/trainFold.ts';
import { trainModel } from '../../src/train/trainModel.ts';

/** A folder with a pair of models of a classifier, trained on the committed table of a feature set in some seconds. */
export async function trainPair(
  classifier: string,
  features = 'librosa186',
  options: TrainOptions = {},
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), `ser-${classifier}-`));
  const table = await readTable(tablePaths('ravdess', features).original);
  for (const gender of GENDERS) {
    const command = `npm run -s ser -- train ${gender} --classifier ${classifier}`;
    await trainModel({ gender, table, classifier, out: join(folder, gender), command }, options);
  }
  return folder;
}

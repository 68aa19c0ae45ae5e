import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GENDERS } from '../../src/data/clip.ts';
import { tablePaths } from '../../src/data/tables/tablePaths.ts';
import { readTable } from '../../src/data/tables/tableFile.ts';
import { selectRows } from '../../src/data/tables/table.ts';
import { trainModel } from '../../src/train/trainModel.ts';

export const SIX = ['neutral', 'happy', 'sad', 'angry', 'fearful', 'disgust'];

/** A folder with a pair that knows six emotions, trained on EmoDB without its seventh in a second; its name is `six-…`. */
export async function trainSixEmotions(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'six-'));
  const table = selectRows(await readTable(tablePaths('emodb', 'librosa186').original), ({ emotion }) => SIX.includes(emotion)); // prettier-ignore
  for (const [i, gender] of GENDERS.entries()) {
    const fold = `speaker emodb-${['03', '08'][i]}`;
    const command = `npm run -s ser -- train ${gender} --protocol loso --fold "${fold}" --classifier svm`;
    await trainModel({ gender, table, protocol: 'loso', fold, classifier: 'svm', out: join(folder, gender), command }, {}); // prettier-ignore
  }
  return folder;
}

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GENDERS } from '../../src/data/clip.ts';
import { TABLE_PATHS } from '../../src/data/corpora/corpora.ts';
import { selectRows } from '../../src/data/tables/table.ts';
import { readTable } from '../../src/data/tables/tableFile.ts';
import { trainModel } from '../../src/train/trainModel.ts';

/** A folder with a pair of speaker-adapted support vector machines, trained on the speech of a few actors in a second. */
export async function trainAdaptedPair(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'ser-adapted-'));
  const table = selectRows(await readTable(TABLE_PATHS.original), ({ speaker, channel }) => Number(speaker) <= 10 && channel === 'speech'); // prettier-ignore
  for (const [i, gender] of GENDERS.entries()) {
    const out = join(folder, gender);
    const fold = `speaker 0${i + 1}`;
    const command = `npm run -s ser -- train ${gender} --classifier svm --speaker-adapt`;
    await trainModel({ gender, table, protocol: 'loso', fold, classifier: 'svm', out, command }, { speakerAdapt: true }); // prettier-ignore
  }
  return folder;
}

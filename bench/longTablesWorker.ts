/**
 * The processes of `longTables.ts`: `journal FOLDER ROWS` leaves the journal of a build in which every clip has been analysed,
 * `build FOLDER ROWS` finishes that build, and prints what it took. `table FOLDER ROWS FEATURES` writes a table, `train FOLDER MEGABYTES` trains on it
 * with so much of it in memory, and prints what that took.
 */
import { join } from 'node:path';
import { saveTables } from '../src/data/corpora/buildCorpus.ts';
import type { CorpusClip } from '../src/data/corpora/corpus.ts';
import { ravdess } from '../src/data/corpora/ravdess.ts';
import { settingsKey } from '../src/data/tables/buildTables.ts';
import { tableParts } from '../src/data/tables/encodeTable.ts';
import { type TableRow, tableVector } from '../src/data/tables/table.ts';
import { openTable, readTable } from '../src/data/tables/tableFile.ts';
import { valuesOfRows } from '../src/data/tables/values.ts';
import { floats, openJournal } from '../src/data/workers/journal.ts';
import { writeFileAtomic } from '../src/files/files.ts';
import { createRandom } from '../src/random.ts';
import { trainModel } from '../src/train/trainModel.ts';
import { LEARNT, type Peak } from './longTables.ts';

const [, , what, folder, count, features] = process.argv;
const ids = Array.from({ length: Number(count) }, (_, i) => `clip-${i}`);

if (what === 'journal') {
  const table = await readTable('data/features/ravdess-librosa186.parquet');
  const key = await settingsKey({ copies: 0 });
  const journal = openJournal(
    join(folder, 'ravdess-librosa186.journal.partial'),
    key,
    floats(() => true),
  );
  ids.forEach((id, i) => {
    const values = tableVector(table, i % table.clips.length);
    journal.add(id, '', [values.map((value) => value * (1 + 1e-6 * i))]);
  });
} else if (what === 'table') {
  const random = createRandom('long tables');
  const noise = Float32Array.from({ length: 2 ** 16 }, () => random.normal());
  const { labels } = ravdess;
  const names = Array.from({ length: Number(features) }, (_, i) => `feature${i + 1}`);
  const clips = ids.map((id, i): TableRow => {
    const emotion = labels[i % labels.length];
    return { id, corpus: 'made-up', emotion, speaker: String(i % 500), gender: 'female', recording: id, sentence: null, channel: 'speech', copy: 0 }; // prettier-ignore
  });
  const starts = clips.map(() => random.integer(2 ** 16));
  const values = valuesOfRows({ clips, names }, (row) =>
    Float32Array.from(names, (_, i) => noise[(starts[row] + i) % 2 ** 16] + Number(i % labels.length === row % labels.length)),
  ); // prettier-ignore
  writeFileAtomic(join(folder, LEARNT), tableParts({ featureSet: 'made-up', names, labels, clips, values }));
} else if (what === 'train') {
  process.env.SER_TABLE_MEMORY = count;
  process.env.SER_SCRATCH = folder;
  const table = await openTable(join(folder, LEARNT));
  const task = { gender: 'combined', protocol: 'all', classifier: 'mlp', out: join(folder, `model-${count}`), command: 'npm run bench' } as const; // prettier-ignore
  await trainModel({ ...task, table }, { networks: 1, units: 64, epochs: 1 });
  printPeak();
} else {
  const clips = ids.map((id, i): CorpusClip => ({
    id,
    path: join(folder, id), // no file: everything is in the journal
    corpus: 'ravdess',
    emotion: ravdess.labels[i % ravdess.labels.length],
    speaker: String(i % 24),
    gender: 'female',
    recording: `ravdess/${id}`,
    sentence: null,
    channel: 'speech',
  }));
  await saveTables(ravdess, { clips, problems: [], passedOver: [] }, folder, { copies: 0, workers: 1 });
  printPeak();
}

function printPeak(): void {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const peak: Peak = { megabytes: maxRSS / 1024, seconds: (userCPUTime + systemCPUTime) / 1e6 };
  console.log(JSON.stringify(peak));
}

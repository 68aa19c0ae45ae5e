/**
 * One of two processes of `longTables.ts`: `journal FOLDER ROWS` leaves the journal of a build in which every clip has been analysed,
 * `build FOLDER ROWS` finishes that build, and prints what it took.
 */
import { join } from 'node:path';
import { saveTables } from '../src/data/corpora/buildCorpus.ts';
import type { CorpusClip } from '../src/data/corpora/corpus.ts';
import { ravdess } from '../src/data/corpora/ravdess.ts';
import { settingsKey } from '../src/data/tables/buildTables.ts';
import { tableVector } from '../src/data/tables/table.ts';
import { readTable } from '../src/data/tables/tableFile.ts';
import { floats, openJournal } from '../src/data/workers/journal.ts';
import type { Peak } from './longTables.ts';

const [, , what, folder, count] = process.argv;
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
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const peak: Peak = { megabytes: maxRSS / 1024, seconds: (userCPUTime + systemCPUTime) / 1e6 };
  console.log(JSON.stringify(peak));
}

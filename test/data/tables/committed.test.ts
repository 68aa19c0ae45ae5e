import { readdirSync } from 'node:fs';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';

const FOLDER = 'data/features';
const CORPORA = ['ravdess', 'crema-d', 'emodb', 'librispeech'];

interface Row {
  id: string;
  speaker: string;
}

/** Tables of recordings, not of their copies. */
const tablesOf = (corpus: string): string[] =>
  readdirSync(FOLDER).filter((file) => file.startsWith(`${corpus}-`) && file.endsWith('.parquet') && !file.includes('-augmented')); // prettier-ignore

async function clipsOf(table: string): Promise<Row[]> {
  const file = await asyncBufferFromFile(`${FOLDER}/${table}`);
  const rows = (await parquetReadObjects({ file, columns: ['id', 'speaker'] })) as unknown as Row[];
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

describe('the committed tables', () => {
  test.each(CORPORA)('of %s have the same clips, whatever the features', async (corpus) => {
    const tables = tablesOf(corpus);
    expect(tables.length).toBeGreaterThan(2);
    const [first, ...others] = await Promise.all(tables.map(clipsOf));
    const idsOf = (rows: Row[]): string => rows.map(({ id }) => id).sort().join(); // prettier-ignore
    for (const rows of others) expect(idsOf(rows)).toBe(idsOf(first));
  });

  test('of LibriSpeech have one clip of each of 251 speakers, those of its subset for training', async () => {
    const rows = await clipsOf('librispeech-moonshine-functionals.parquet');
    expect(rows.length).toBe(251);
    expect(new Set(rows.map(({ speaker }) => speaker)).size).toBe(251);
  });
});

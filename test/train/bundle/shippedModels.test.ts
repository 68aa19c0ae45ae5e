import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { TABLE_PATHS } from '../../../src/data/corpora/corpora.ts';
import { selectRows } from '../../../src/data/tables/table.ts';
import { readTable } from '../../../src/data/tables/tableFile.ts';
import { loadBundle } from '../../../src/train/bundle/bundle.ts';

const path = (name: string): string => fileURLToPath(new URL(`../../../${name}`, import.meta.url));

/** Of a clip each, by the models of version 0.1.0, whose folders had another layout. */
const stored = JSON.parse(readFileSync(path('test/fixtures/shippedModels.json'), 'utf8')) as {
  clips: string[];
  probabilities: Record<string, number[][]>;
};

test.each(Object.keys(stored.probabilities))(
  'the %s model of the reference answers as it always has, to the last bit',
  async (name) => {
    const table = await readTable(TABLE_PATHS.original);
    const clips = selectRows(table, ({ id, copy }) => copy === 0 && stored.clips.includes(id));
    expect(clips.clips.map(({ id }) => id)).toEqual(stored.clips);
    const probabilities = loadBundle(path(`models/reference/${name}`)).predictProba(clips.values);
    expect(probabilities).toEqual(Float32Array.from(stored.probabilities[name].flat()));
  },
);

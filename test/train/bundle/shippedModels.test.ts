import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { TABLE_PATHS } from '../../../src/data/corpora/corpora.ts';
import { selectRows } from '../../../src/data/tables/table.ts';
import { readTable } from '../../../src/data/tables/tableFile.ts';
import { type Bundle, loadBundle } from '../../../src/train/bundle/bundle.ts';
import { modelCard } from '../../../src/train/bundle/modelCard.ts';

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

test.each(['models/male', 'models/adapted/female', 'models/reference/male'])(
  'the card of %s says whose voices it has learnt from',
  (name) => {
    const bundle = JSON.parse(readFileSync(path(`${name}/bundle.json`), 'utf8')) as Bundle;
    const { gender, options } = bundle;
    const heard = options.otherGenderWeight
      ? `voices of both genders (${gender} voices count 1, the others 0.3)`
      : `${gender} voices`;
    const sentence = `- Trained on ${bundle.data.clips} clips of ${heard}, ${bundle.data.rows} rows`;
    expect(readFileSync(path(`${name}/MODEL_CARD.md`), 'utf8')).toContain(sentence);
    expect(modelCard(bundle, '', { name: 'reference', description: '' }, '')).toContain(sentence);
  },
);

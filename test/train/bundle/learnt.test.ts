import { expect, test } from 'vitest';
import { emodb } from '../../../src/data/corpora/emodb.ts';
import type { FeatureTable } from '../../../src/data/tables/table.ts';
import type { Bundle } from '../../../src/train/bundle/bundle.ts';
import { describeLearnt, learntOf } from '../../../src/train/bundle/learnt.ts';

const ids = ['03a01Fa', '03a01Na', '08b10Wc', '09a01Ta'];
/** A table of EmoDB names, perhaps under another corpus's name, whose features follow from `first` on. */
function tableOf(names: readonly string[], corpus = 'emodb', first = 0): FeatureTable {
  const clips = names.map((id) => ({ ...emodb.parseName(id), corpus, copy: 0 }));
  return { featureSet: 'two', names: ['x', 'y'], labels: emodb.labels, clips, values: Float32Array.from({ length: 2 * clips.length }, (_, i) => first + i) }; // prettier-ignore
}
const table = tableOf(ids);
const learnt = learntOf([{ table, isLearnt: ({ id }) => id.startsWith('03') }]);
const bundle = (given: object = { learnt }): Pick<Bundle, 'gender' | 'data'> => {
  return { gender: 'male', data: { corpora: [{ name: 'emodb', licence: 'CC0' }], ...given } } as unknown as Bundle;
};

test('a model knows again the recordings that it has learnt from, whatever they are called', () => {
  expect(describeLearnt(bundle(), table)).toMatch(/^The male model has learnt from 2 of the 4 clips: its figures/);
  const renamed = { ...table, clips: table.clips.map((clip, i) => ({ ...clip, corpus: 'mine', id: `clip-${i}`, speaker: '' })) }; // prettier-ignore
  expect(describeLearnt(bundle(), renamed)).toMatch(
    /learnt from 2 of the 4 clips.*of 2 of the others the speaker is not known/,
  );
});

test('other recordings of the speakers that it has learnt from are named, in the corpus or under its names elsewhere', () => {
  for (const corpus of ['emodb', 'mine']) {
    expect(describeLearnt(bundle(), tableOf(['03b02Aa', '08b10Wc'], corpus, 100))).toMatch(
      /^The male model has learnt from 0 of the 2 clips, and from other recordings of the speakers of 1 more: /,
    );
  }
});

test('strangers are said to be strangers', () => {
  expect(describeLearnt(bundle(), tableOf(['08b10Wc', '09a01Ta'], 'emodb', 100))).toBe(
    'The male model has learnt from EmoDB: from none of the 2 clips, and from no other recordings of their speakers, as far as features and names tell.',
  );
});

test('a model of an earlier version may have learnt from all clips of its corpora', () => {
  expect(describeLearnt(bundle({}), table)).toMatch(/^The male model may have learnt from 4 of the 4 clips/);
  const others = { ...table, clips: table.clips.map((clip, i) => ({ ...clip, corpus: 'mine', id: `call-${i}` })) };
  expect(describeLearnt(bundle({}), others)).toMatch(
    /^The male model has learnt from EmoDB; by their names none of the 4/,
  );
});

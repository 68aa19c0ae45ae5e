import { loadImage } from '@napi-rs/canvas';
import { expect, test } from 'vitest';
import type { FeatureTable, TableRow } from '../../src/data/tables/table.ts';
import { chartBundle } from '../../src/eval/charts/chartBundle.ts';
import { clipMapChart } from '../../src/eval/charts/clips/clipMapChart.ts';
import { emotionProfiles, emotionProfilesChart } from '../../src/eval/charts/clips/emotionProfiles.ts';
import { renderSvg } from '../../src/eval/charts/render.ts';

const text = { title: 'Clips & voices', subtitle: 'made up, 4 clips' };

/** A loud and a quiet speaker: each is angry two levels above being calm. */
const table: FeatureTable = {
  featureSet: 'made up',
  names: ['still', 'level'],
  labels: ['calm', 'angry'],
  clips: [1, 2].flatMap((speaker) =>
    (['calm', 'angry'] as const).map((emotion): TableRow => ({
      id: `${speaker}-${emotion}`,
      ...{ copy: 0, corpus: 'made-up', emotion, recording: `${speaker}-${emotion}`, sentence: null, channel: 'speech' },
      ...{ speaker: String(speaker), gender: speaker === 1 ? 'male' : 'female' },
    })),
  ),
  values: Float32Array.of(7, 10, 7, 12, 7, 50, 7, 52),
};

test('a profile measures every clip against its own speaker', () => {
  const shifts = Object.fromEntries(
    emotionProfiles(table, ['level', 'still']).map(({ gender, emotion, feature, shift }) => [`${gender} ${emotion} ${feature}`, shift]), // prettier-ignore
  );
  expect(shifts).toEqual({
    ...{ 'male calm level': -1, 'male angry level': 1, 'female calm level': -1, 'female angry level': 1 },
    ...{ 'male calm still': 0, 'male angry still': 0, 'female calm still': 0, 'female angry still': 0 },
  });
  expect(() => emotionProfiles(table, ['loudness'])).toThrow('no feature "loudness"');
});

test('a chart of profiles shows both genders, with signs but for zero', async () => {
  const svg = await renderSvg(emotionProfilesChart({ profiles: emotionProfiles(table, ['level', 'still']), ...text }));
  for (const shown of ['male voices', 'female voices', 'calm', 'angry', 'level', 'still', '+1.0', '−1.0', '>0.0<']) expect(svg).toContain(shown); // prettier-ignore
  expect(svg).not.toContain('disgust');
});

const points = [
  { id: 'a', x: 0, y: 1, group: 'male', wrong: false },
  { id: 'b', x: 2, y: 3, group: 'female', wrong: true },
  { id: 'c', x: 4, y: -1, group: 'female', wrong: true },
];
const map = { groups: ['male', 'female'], by: 'gender', axes: ['first', 'second'] as const, ...text };

/** Paths that are drawn as one mark each. */
const marksOf = (svg: string, kind: string): number => svg.split(`aria-roledescription="${kind}"`).length - 1;

test('a map has a full dot for each clip that is right, and an open one for each that is wrong', async () => {
  const svg = await renderSvg(clipMapChart({ points, ...map }));
  expect(marksOf(svg, 'circle')).toBe(1);
  expect(marksOf(svg, 'point')).toBe(2);
  for (const shown of ['gender', 'answer', 'wrong', 'first', 'second']) expect(svg).toContain(shown);
});

test('a map without answers has no rings and no word of them', async () => {
  const svg = await renderSvg(
    clipMapChart({ points: points.map(({ id, x, y, group }) => ({ id, x, y, group })), ...map }),
  );
  expect(marksOf(svg, 'circle')).toBe(3);
  expect(marksOf(svg, 'point')).toBe(0);
  expect(svg).not.toContain('answer');
});

test('a bundle has the chart, a picture of it and its title', async () => {
  const { data, metadata } = await chartBundle(clipMapChart({ points, ...map }));
  const picture = await loadImage(Buffer.from(data['image/png'], 'base64'));
  const { width, height } = metadata['image/png'];
  expect([Math.round(picture.width / 1.5), Math.round(picture.height / 1.5)]).toEqual([width, height]);
  expect(data['text/plain']).toBe('[Clips & voices]');
  const spec = data['application/vnd.vegalite.v5+json'];
  expect(spec).toMatchObject({
    title: { text: 'Clips & voices' },
    data: { values: expect.stringContaining('b,2,3,female,wrong\n') },
  });
  expect(spec).not.toHaveProperty('$schema');
});

import { describe, expect, test } from 'vitest';
import { ravdess } from '../../../src/data/corpora/ravdess.ts';
import { formatOutcomes } from '../../../src/serve/predict/text/predictionFormats.ts';
import { summarise } from '../../../src/serve/predict/text/predictionSummary.ts';
import { verdictOf } from '../../../src/serve/predict/verdict.ts';
import type { ClipOutcome } from '../../../src/serve/predict/predictClips.ts';

const values = ravdess.labels.map((_, i) => (i === 4 ? 0.65 : 0.05));
const angry = {
  file: 'my, "clip".wav',
  seconds: 3.2,
  warnings: ['Clipped.', 'Only 0.30 s long.'],
  gender: 'female',
  genderProbability: 0.875,
  genderSource: 'gender.onnx',
  routing: 'soft',
  models: 'open',
  ...verdictOf(ravdess.labels, values, true),
} as Exclude<ClipOutcome, { error: string }>;
const pooled: ClipOutcome = {
  ...angry,
  file: 'child.wav',
  warnings: [],
  gender: null,
  genderProbability: null,
  genderSource: 'none',
  routing: 'pooled',
};
const outcomes: ClipOutcome[] = [angry, { file: 'empty.wav', error: 'it is empty' }, pooled];

describe('predictions as text', () => {
  test("CSV begins with the reference system's columns, quotes, and gives a failed clip a row with its error", () => {
    const [header, first, second, third, ...rest] = formatOutcomes(outcomes, 'csv').split('\n');
    expect(header).toMatch(
      /^Filename,Gender,Predicted Emotion,Confidence,neutral,calm,.*,Warnings,Error,Sure,Right On Unseen$/,
    );
    expect(first).toBe(
      '"my, ""clip"".wav",female,angry,0.65,0.05,0.05,0.05,0.05,0.65,0.05,0.05,0.05,0.875,gender.onnx,soft,open,Clipped. Only 0.30 s long.,,,',
    );
    expect(second).toBe(`empty.wav${','.repeat(header.split(',').length - 3)}it is empty,,`);
    expect(third).toMatch(/^child\.wav,,angry,0\.65,.*,0\.05,,none,pooled,open,,,,$/);
    expect(rest).toEqual(['']);
  });

  test('where nobody speaks no emotion is named', () => {
    const silent: ClipOutcome = { ...pooled, ...verdictOf(ravdess.labels, values, false), speech: [] };
    expect(formatOutcomes([silent], 'csv').split('\n')[1]).toMatch(/^child\.wav,,,,0\.05,/);
    expect(formatOutcomes([silent], 'table')).toMatch(/^child\.wav +no speech +5 %/m);
  });

  test('where the models are not sure, CSV and table say so, and the summary counts it', () => {
    const selective = { threshold: 0.7, reliability: [[0.65, 0.58]] as const, by: 'speaker' as const };
    const verdict = (threshold: number) =>
      verdictOf(ravdess.labels, values, true, [{ weight: 1, selective: { ...selective, threshold } }]);
    const [unsure, sure] = [0.7, 0.6].map((threshold, i): ClipOutcome => ({ ...pooled, file: `${i}.wav`, ...verdict(threshold) })); // prettier-ignore
    const lines = formatOutcomes([unsure, sure], 'csv').split('\n');
    expect(lines[1]).toMatch(/^0\.wav,,angry,0\.65,.*,,false,0\.58$/);
    expect(lines[2]).toMatch(/^1\.wav,,angry,0\.65,.*,,true,0\.58$/);
    const table = formatOutcomes([unsure, sure], 'table');
    expect(table).toMatch(/^0\.wav +not sure: angry or neutral +65 %/m);
    expect(table).toMatch(/^1\.wav +angry +65 %/m);
    expect(table).toContain('\nNot sure: 1 of 2 clips\n');
    expect(summarise([unsure, sure], { seconds: 1, taken: 0 })).toContain('\n1 of them not sure: counted by the most probable emotion\n'); // prettier-ignore
  });

  test('JSON is what it was made from', () => {
    expect(JSON.parse(formatOutcomes(outcomes, 'json'))).toEqual(outcomes);
  });

  test('the table shows every clip and names where the gender comes from', () => {
    const table = formatOutcomes(outcomes, 'table');
    expect(table).toContain('angry');
    expect(table).toContain('65 %');
    expect(table).toContain('error: it is empty');
    expect(table).toMatch(/^my, "clip"\.wav +female +88 % +angry +65 %/m);
    expect(table).toMatch(/^child\.wav +angry +65 %/m);
    expect(table).toMatch(/\n\nmy, "clip"\.wav: Clipped\.\nmy, "clip"\.wav: Only 0\.30 s long\.\n$/);
    expect(table).toContain(
      "Gender from: gender.onnx (soft routing: both genders' models, mixed), none (the pooled model)\nModels: open\n",
    );
  });
});

describe('names that would be obeyed', () => {
  const evil: ClipOutcome[] = [
    { ...angry, file: 'a\x1b[31m\nb.wav' },
    { file: '=1+1.wav', error: '=1+1.wav: it is \x07empty' },
  ];

  test('are shown in the table and in the summary, a line a clip', () => {
    const texts = [formatOutcomes(evil, 'table'), summarise(evil, { seconds: 1, taken: 0 })];
    expect(texts[0]).toContain(String.raw`a\x1b[31m\nb.wav  female`);
    // eslint-disable-next-line no-control-regex
    for (const text of texts) expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f]/);
    expect(texts[1]).toContain(String.raw`=1+1.wav: it is \x07empty`);
  });

  test('are no formulas in CSV, and are what they are in JSON', () => {
    expect(formatOutcomes(evil, 'csv')).toMatch(/^'=1\+1\.wav,.*,'=1\+1\.wav: it is .empty,,$/m);
    expect(JSON.parse(formatOutcomes(evil, 'json'))).toEqual(evil);
  });
});

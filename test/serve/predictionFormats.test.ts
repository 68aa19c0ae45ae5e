import { describe, expect, test } from 'vitest';
import { EMOTIONS } from '../../src/data/clip.ts';
import { formatOutcomes } from '../../src/serve/predictionFormats.ts';
import type { ClipOutcome } from '../../src/serve/predictClips.ts';

const probabilities = Object.fromEntries(EMOTIONS.map((emotion, i) => [emotion, i === 4 ? 0.65 : 0.05]));
const angry = {
  file: 'my, "clip".wav',
  gender: 'female',
  genderProbability: 0.875,
  genderSource: 'gender.onnx',
  routing: 'soft',
  emotion: 'angry',
  confidence: 0.65,
  probabilities,
} as Exclude<ClipOutcome, { error: string }>;
const pooled: ClipOutcome = {
  ...angry,
  file: 'child.wav',
  gender: null,
  genderProbability: null,
  genderSource: 'none',
  routing: 'pooled',
};
const outcomes: ClipOutcome[] = [angry, { file: 'empty.wav', error: 'it is empty' }, pooled];

describe('predictions as text', () => {
  test("CSV begins with the reference system's columns, quotes, and gives a failed clip a row with its error", () => {
    const [header, first, second, third, ...rest] = formatOutcomes(outcomes, 'csv').split('\n');
    expect(header).toMatch(/^Filename,Gender,Predicted Emotion,Confidence,neutral,calm,.*,Error$/);
    expect(first).toBe(
      '"my, ""clip"".wav",female,angry,0.65,0.05,0.05,0.05,0.05,0.65,0.05,0.05,0.05,0.875,gender.onnx,soft,',
    );
    expect(second).toBe(`empty.wav${','.repeat(header.split(',').length - 1)}it is empty`);
    expect(third).toMatch(/^child\.wav,,angry,0\.65,.*,0\.05,,none,pooled,$/);
    expect(rest).toEqual(['']);
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
    expect(table).toContain(
      "Gender from: gender.onnx (soft routing: both genders' models, mixed), none (the pooled model)",
    );
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseCsv, toCsv } from '../../../src/files/csv.ts';
import { checkPredictions, type Prediction, type Predictions } from '../../../src/eval/systems/predictions.ts';
import { parsePredictionsCsv, predictionsToCsv, readPredictionsCsv } from '../../../src/eval/systems/predictionsCsv.ts';

const row = (id: string, more: Partial<Prediction> = {}): Prediction => ({
  ...{ id, speaker: '01', gender: 'male', label: 'calm', predicted: 'sad', probabilities: [0.25, 0.75] },
  ...more,
});
const some = (...rows: Prediction[]): Predictions => ({ protocol: 'reference', labels: ['calm', 'sad'], rows });

test('predictions come back from CSV as they were, to the last bit', () => {
  const predictions = some(
    row('03-01-02-01-01-01-01'),
    row('third', { gender: 'female', predicted: 'calm', probabilities: [Math.fround(0.7), 1 - Math.fround(0.7)] }),
    row('tiny', { probabilities: [5e-324, 1] }),
  );
  const text = predictionsToCsv(predictions);
  expect(text.split('\n')[0]).toBe('id,speaker,gender,label,predicted,calm,sad');
  expect(text.split('\n')[1]).toBe('03-01-02-01-01-01-01,01,male,calm,sad,0.25,0.75');
  expect(parsePredictionsCsv(text, 'reference')).toEqual(predictions);
});

test('hostile names survive: commas, quotes, line breaks, blanks, formulas, nothing but Unicode, names of columns', () => {
  const names = ['a,b', 'say "no"', 'two\nlines', 'cr\r\nlf', ' blank ', '=1+2', '声', '"', '""', ',', 'id', "'"];
  const predictions: Predictions = {
    protocol: 'p',
    labels: ['predicted', 'a, "b"\n'],
    rows: names.map((id) => row(id, { speaker: `${id}!`, label: 'a, "b"\n', predicted: 'a, "b"\n' })),
  };
  expect(parsePredictionsCsv(predictionsToCsv(predictions), 'p')).toEqual(predictions);
});

test('CSV of other programs is read: byte-order mark, \\r\\n, no last line break, blank lines at the end', () => {
  expect(parseCsv('\uFEFFa,b\r\n"1","x ""y"""\r\n,\r\n3,')).toEqual([['a', 'b'], ['1', 'x "y"'], ['', ''], ['3', '']]); // prettier-ignore
  expect(parseCsv('a\n\n\n')).toEqual([['a']]);
  expect(parseCsv('')).toEqual([]);
  expect(toCsv([['a', 1, '']])).toBe('a,1,\n');
});

test('broken CSV is refused with its line', () => {
  expect(() => parseCsv('a,b\n1,"2\n', 'f.csv')).toThrow(/f\.csv, line 2: a quoted field is never closed/);
  expect(() => parseCsv('a\n"1"2\n', 'f.csv')).toThrow(/f\.csv, line 2: "2" is in the wrong place/);
  expect(() => parseCsv('a\n1"2\n', 'f.csv')).toThrow(/f\.csv, line 2: .* in the wrong place/);
});

const header = 'id,speaker,gender,label,predicted,calm,sad\n';
test.each([
  ['', /header must begin with id,speaker,gender,label,predicted/],
  ['id,label\nx,calm\n', /header must begin with/],
  [header, /there is no clip to score/],
  [`${header}x,01,male,calm,sad,.25\n`, /row 1 \(clip x\) has 6 fields; the header has 7/],
  [`${header}x,01,man,calm,sad,.25,.75\n`, /the gender "man"; it must be male or female/],
  [`${header}x,01,male,happy,sad,.25,.75\n`, /the label "happy"; the labels are calm, sad/],
  [`${header}x,01,male,calm,happy,.25,.75\n`, /the predicted label "happy"/],
  [`${header}x,01,male,calm,sad,a,.75\n`, /"a" as the probability of calm/],
  [`${header}x,01,male,calm,sad,,1\n`, /"" as the probability of calm/],
  [`${header}x,01,male,calm,sad,-.25,1.25\n`, /-0\.25 as the probability of calm/],
  [`${header}x,01,male,calm,sad,Infinity,0\n`, /"Infinity" as the probability of calm/],
  [`${header}x,01,male,calm,sad,.25,.5\n`, /sum to 0\.75, not to 1/],
  [`${header}x,01,male,calm,calm,.25,.75\n`, /predicts calm, but sad is more probable/],
  [`${header}x,01,male,calm,sad,.25,.75\nx,01,male,calm,sad,.25,.75\n`, /row 2 \(clip x\) occurs twice/],
  [`${header},01,male,calm,sad,.25,.75\n`, /has no id/],
  [`${header}x,,male,calm,sad,.25,.75\n`, /has no speaker/],
  ['id,speaker,gender,label,predicted,calm\nx,01,male,calm,calm,1\n', /two or more different labels/],
  ['id,speaker,gender,label,predicted,calm,calm\nx,01,male,calm,calm,1,0\n', /two or more different labels/],
])('a file that does not hold together is refused: %j', (text, message) => {
  expect(() => parsePredictionsCsv(text, 'reference', 'f.csv')).toThrow(message);
  expect(() => parsePredictionsCsv(text, 'reference', 'f.csv')).toThrow(/^f\.csv/);
});

test('a file is read by its path; one that is not there is named', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ser-eval-'));
  const path = join(folder, 'predictions.csv');
  writeFileSync(path, predictionsToCsv(some(row('x'))));
  expect(readPredictionsCsv(path, 'reference')).toEqual(some(row('x')));
  rmSync(folder, { recursive: true });
  expect(() => readPredictionsCsv(path, 'reference')).toThrow(/predictions\.csv cannot be read/);
});

test('either of two equally probable labels may be the predicted one', () => {
  for (const predicted of ['calm', 'sad'])
    expect(() => checkPredictions(some(row('x', { predicted, probabilities: [0.5, 0.5] })))).not.toThrow();
});

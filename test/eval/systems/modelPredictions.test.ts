import { expect, test } from 'vitest';
import { parseCsv, toCsv } from '../../../src/files/csv.ts';
import { checkPredictions, type Prediction } from '../../../src/eval/systems/predictions.ts';
import {
  type ModelPrediction,
  type ModelPredictions,
  modelPredictionsToCsv,
  parseModelPredictionsCsv,
} from '../../../src/eval/systems/modelPredictions.ts';

const row = (id: string, more: Partial<Prediction> = {}): ModelPrediction => ({
  ...{ id, speaker: '01', gender: 'male', label: 'calm', predicted: 'sad', probabilities: [0.25, 0.75] },
  ...{ fold: 'test', temperature: 1.5 },
  ...more,
});
const some = (...rows: ModelPrediction[]): ModelPredictions => ({
  ...{ protocol: 'reference', labels: ['calm', 'sad'], model: 'pooled', seed: 1 },
  ...{ rows, validation: [] },
});

test('predictions come back from CSV as they were, to the last bit', () => {
  const predictions = some(
    row('03-01-02-01-01-01-01'),
    row('third', { gender: 'female', predicted: 'calm', probabilities: [Math.fround(0.7), 1 - Math.fround(0.7)] }),
    row('tiny', { probabilities: [5e-324, 1] }),
    row('nobody knows', { gender: null }),
  );
  const text = modelPredictionsToCsv([predictions]);
  expect(text.split('\n')[0]).toBe('model,seed,fold,set,temperature,id,speaker,gender,label,calm,sad');
  expect(text.split('\n')[1]).toBe('pooled,1,test,test,1.5,03-01-02-01-01-01-01,01,male,calm,0.25,0.75');
  expect(parseModelPredictionsCsv(text, 'reference')).toEqual([predictions]);
});

test('a seed that is not known stays so', () => {
  const given = [{ ...some(row('x')), model: 'given', seed: null }];
  expect(parseModelPredictionsCsv(modelPredictionsToCsv(given), 'reference')).toEqual(given);
});

test('hostile names survive: commas, quotes, line breaks, blanks, formulas, nothing but Unicode, names of columns', () => {
  const names = ['a,b', 'say "no"', 'two\nlines', 'cr\r\nlf', ' blank ', '=1+2', '声', '"', '""', ',', 'id', "'"];
  const predictions: ModelPredictions = {
    ...some(...names.map((id) => row(id, { speaker: `${id}!`, label: 'a, "b"\n', predicted: 'a, "b"\n' }))),
    ...{ protocol: 'p', model: 'm, "n"', labels: ['predicted', 'a, "b"\n'] },
  };
  expect(parseModelPredictionsCsv(modelPredictionsToCsv([predictions]), 'p')).toEqual([predictions]);
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

const header = 'model,seed,fold,set,temperature,id,speaker,gender,label,calm,sad\n';
const line = 'pooled,1,test,test,1,x,01,male,calm,.25,.75\n';
test.each([
  ['', /header must begin with model,seed,fold,set,temperature,id,speaker,gender,label/],
  ['id,label\nx,calm\n', /header must begin with/],
  [header, /there is no clip to score/],
  [`${header}pooled,1,test,test,1,x,01,male,calm,.25\n`, /row 1 \(clip x\) has 10 fields; the header has 11/],
  [header + line.replace('male', 'man'), /the gender "man"; it must be male or female, or empty/],
  [header + line.replace('calm,', 'happy,'), /the label "happy"; the labels are calm, sad/],
  [header + line.replace('.25', 'a'), /"a" where a number must stand/],
  [header + line.replace('.25', ''), /"" where a number must stand/],
  [header + line.replace('.25,.75', '-.25,1.25'), /-0\.25 as the probability of calm/],
  [header + line.replace('.25,.75', 'Infinity,0'), /"Infinity" where a number must stand/],
  [header + line.replace('.75', '.5'), /sum to 0\.75, not to 1/],
  [header + line + line, /row 2 \(clip x\) occurs twice/],
  [header + line.replace(',x,', ',,'), /has no id/],
  [header.replace(',sad', '') + line.replace('.25,.75', '1'), /two or more different labels/],
  [header.replace(',sad', ',calm') + line.replace('.25,.75', '1,0'), /two or more different labels/],
])('a file that does not hold together is refused: %j', (text, message) => {
  expect(() => parseModelPredictionsCsv(text, 'reference', 'f.csv')).toThrow(message);
  expect(() => parseModelPredictionsCsv(text, 'reference', 'f.csv')).toThrow(/^f\.csv/);
});

test('a predicted label that is not known, or not the most probable one, is refused', () => {
  expect(() => checkPredictions(some(row('x', { predicted: 'happy' })))).toThrow(/the predicted label "happy"/);
  expect(() => checkPredictions(some(row('x', { predicted: 'calm' })))).toThrow(
    /predicts calm, but sad is more probable/,
  );
});

test('either of two equally probable labels may be the predicted one', () => {
  for (const predicted of ['calm', 'sad'])
    expect(() => checkPredictions(some(row('x', { predicted, probabilities: [0.5, 0.5] })))).not.toThrow();
});

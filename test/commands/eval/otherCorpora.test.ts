import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { Clip } from '../../../src/data/clip.ts';
import { CORPORA, getCorpus, labelsOf } from '../../../src/data/corpora/corpora.ts';
import { writeTable } from '../../../src/data/tables/tableFile.ts';
import type { Report } from '../../../src/eval/reports/report.ts';
import { runSer } from '../../runSer.ts';

vi.setConfig({ testTimeout: 240_000 });

const folder = mkdtempSync(join(tmpdir(), 'ser-corpora-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A report of predictions that are right but for those clips, which are taken for the next emotion. */
async function losoReport(name: string, clips: readonly Clip[], mistaken: readonly string[]) {
  const labels = labelsOf(clips);
  const rows = clips.map((clip) => ({ ...clip, copy: 0 }));
  const values = new Float32Array(2 * rows.length).map((_, i) => i);
  const [table, answers, out] = [join(folder, `${name}.parquet`), join(folder, `${name}.csv`), join(folder, name)];
  writeTable(table, { featureSet: 'librosa186', names: ['rms_mean', 'zcr_mean'], labels, clips: rows, values });
  const said = ({ id, emotion }: Clip) => labels[(labels.indexOf(emotion) + Number(mistaken.includes(id))) % labels.length]; // prettier-ignore
  writeFileSync(answers, ['id,predicted', ...clips.map((clip) => `${clip.id},${said(clip)}`)].join('\n'));
  const { code, stdout, stderr } = await runSer([
    ...['eval', '--protocol', 'loso', '--predictions', answers, '--table', table],
    ...['--out', out, '--resamples', '20', '--json'],
  ]);
  expect(code, stderr).toBe(0);
  return { report: JSON.parse(stdout) as Report, text: readFileSync(join(out, 'report.md'), 'utf8') };
}

const crema = ['1001', '1002', '1005', '1006'].flatMap(
  (actor) =>
  ['NEU', 'HAP', 'SAD', 'ANG', 'FEA', 'DIS'].flatMap((emotion) => ['IEO', 'TIE'].map((one) => `${actor}_${one}_${emotion}_XX`)), // prettier-ignore
);
const german = ['03', '08', '09', '10'].flatMap((speaker) =>
  ['N', 'F', 'T', 'W', 'A', 'E', 'L'].flatMap((emotion) => ['a01', 'b02'].map((one) => `${speaker}${one}${emotion}a`)),
);

describe.each([
  ['crema-d', 'CREMA-D, in English', crema, 6, '0.167', 'fearful'],
  ['emodb', 'EmoDB, in German', german, 7, '0.143', 'boredom'],
] as const)('made-up clips of %s, one speaker left out', (name, title, ids, emotions, chance, last) => {
  test(`are reported over its ${emotions} emotions, and no other corpus is named`, async () => {
    const corpus = getCorpus(name);
    const clips = ids.map((id) => corpus.parseName!(id));
    const wrong = clips.filter(({ emotion }) => emotion === last).slice(0, 2);
    const { report, text } = await losoReport(name, clips, wrong.map(({ id }) => id)); // prettier-ignore
    const [{ parts, gap }] = report.systems;
    expect(report.labels).toEqual(corpus.labels);
    expect(Object.keys(parts)).toEqual(['male', 'female', 'combined']);
    expect(gap).not.toBeNull();
    // Two of the eight clips of one emotion are wrong; the emotion that they are taken for has as many false alarms.
    const recall = 6 / 8;
    expect(parts.combined!.figures.uar.mean).toBeCloseTo((emotions - 1 + recall) / emotions, 12);
    const f1 = (2 * recall) / (1 + recall);
    const f1OfOther = 16 / 18;
    expect(parts.combined!.figures.macroF1.mean).toBeCloseTo((emotions - 2 + f1 + f1OfOther) / emotions, 12);
    expect(text).toContain(`speech of ${title}.`);
    expect(text).toContain(`There are ${emotions} emotions; chance is a UAR of ${chance}.`);
    expect(text).toContain(`|  | ${corpus.labels.join(' | ')} |`);
    for (const other of CORPORA) if (other !== corpus) expect(text).not.toContain(other.title);
    expect(text).not.toMatch(/NaN|undefined|null/);
    expect(text).toContain('![Confusion matrix by sentence');
  });
});

test('clips of five emotions, one of them of nobody’s list, and of unknown gender', async () => {
  const labels = ['neutral', 'happy', 'sad', 'angry', 'wistful'];
  const clips = ['s1', 's2', 's3', 's4'].flatMap(
    (speaker) =>
    labels.flatMap((emotion) => [1, 2].map((take): Clip => {
      const id = `${speaker}/${emotion}-${take}`;
      return { id, corpus: 'mine', emotion, speaker, gender: null, recording: id, sentence: null, channel: 'speech' };
    })), // prettier-ignore
  );
  const { report, text } = await losoReport('mine', clips, ['s1/sad-1']);
  const [{ parts, gap }] = report.systems;
  expect(report.labels).toEqual(labels);
  expect([Object.keys(parts), gap]).toEqual([['combined'], null]);
  expect(parts.combined!.figures.uar.mean).toBeCloseTo((4 + 7 / 8) / 5, 12);
  expect(text).toContain('speech of mine.');
  expect(text).toContain('There are 5 emotions; chance is a UAR of 0.200.');
  expect(text).toContain('Which sentences they say is not known.');
  expect(text).not.toMatch(/Men and women|NaN|undefined|null|RAVDESS/);
});

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GENDERS } from '../../../src/data/clip.ts';
import { getProtocol } from '../../../src/data/protocols/protocols.ts';
import { TABLE_PATHS } from '../../../src/data/corpora/corpora.ts';
import { selectRows } from '../../../src/data/tables/table.ts';
import { readTable, writeTable } from '../../../src/data/tables/tableFile.ts';
import type { Report } from '../../../src/eval/reports/report.ts';
import { readReport } from '../../../src/eval/reports/reportFiles.ts';
import { wholeOf } from '../../../src/eval/systems/scores.ts';
import { predictTestClips } from '../../../src/train/predictTestClips.ts';
import { smallClip } from '../../data/smallCorpus.ts';
import { runSer } from '../../runSer.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-robustness-'));
const audio = join(folder, 'audio');
const out = join(folder, 'report');
const common = ['--models', 'reference', '--workers', '1', '--resamples', '100', '--out', out];
/** A test clip whose audio is damaged; two of men and two of women are sound. */
let damaged: string;

beforeAll(async () => {
  mkdirSync(audio);
  const table = await readTable(TABLE_PATHS.original);
  const [{ test: tested }] = getProtocol('reference').folds(table.clips);
  const [men, women] = GENDERS.map((gender) => tested.filter((clip) => clip.gender === gender).map(({ id }) => id));
  damaged = men[0];
  for (const id of [...men.slice(1, 3), ...women.slice(0, 2)]) writeFileSync(join(audio, `${id}.wav`), smallClip(id));
  writeFileSync(join(audio, `${damaged}.wav`), 'no audio');
});
afterAll(() => rmSync(folder, { recursive: true }));

test('conditions are scored on the clips that are there; a damaged one stops no other and is tried again', async () => {
  const { code, stdout, stderr } = await runSer(['robustness', '--audio', audio, '--conditions', 'noise-10', '--json', ...common]); // prettier-ignore
  expect(stderr).toContain(`${damaged}.wav`);
  expect(code).toBe(1);
  const report = JSON.parse(stdout) as Report;
  expect(report.systems.map(({ name }) => name)).toEqual(['clean', 'noise-10']);
  const { predictions, notes, manifest } = readReport(out);
  expect(predictions[0].rows.map(({ id }) => id)).not.toContain(damaged);
  expect(report.protocol).toBe('reference');
  const { n } = wholeOf(report.systems[0]);
  expect(n).toBe(4);
  expect(notes.join(' ')).toMatch(/oracle gender.*clips could not be analysed and are left out/);
  expect(Object.keys(manifest.models)).toEqual(['male', 'female']);
  // What is done is kept, as one clip has failed.
  const kept = readFileSync(`${out}.journal`, 'utf8').trim().split('\n');
  expect(kept).toHaveLength(1 + n);

  const again = await runSer(['robustness', '--audio', audio, '--conditions', 'noise-10', '--json', ...common]);
  expect(JSON.parse(again.stdout)).toEqual(report);
  const rebuilt = await runSer(['report', out]);
  expect(rebuilt.code, rebuilt.stderr).toBe(0);
  expect(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))).toEqual(report);
}, 240_000);

test('the models of a cross-validation are tested on disturbed clips of speakers that they have not heard', async () => {
  const actors = ['01', '02', '03', '04'];
  const table = selectRows(await readTable(TABLE_PATHS.original), ({ speaker, channel }) => actors.includes(speaker) && channel === 'speech'); // prettier-ignore
  const [path, trainings, noises, dir] = ['table.parquet', 'trainings', 'noises', 'unseen'].map((name) =>
    join(folder, name),
  );
  writeTable(path, table);
  mkdirSync(noises);
  writeFileSync(join(noises, 'hum.wav'), smallClip('hum'));
  const given = join(folder, 'some');
  mkdirSync(given);
  const some = table.clips.filter((_, i) => i % 40 === 0).map(({ id }) => id);
  for (const id of some) writeFileSync(join(given, `${id}.wav`), smallClip(id));
  const ser = (...words: string[]) =>
    runSer([
      ...['robustness', '--protocol', 'loso', '--model', 'pooled', '--classifier', 'svm', '--no-augmentation'],
      ...['--table', path, '--trainings', trainings, '--processes', '1', '--audio', given, '--noise', noises],
      ...['--workers', '1', '--resamples', '50', '--out', dir, ...words],
    ]);
  const { code, stdout, stderr } = await ser('--conditions', 'recorded-noise-10', 'telephone');
  expect(code, stderr).toBe(1); // most clips have no audio here
  expect(stderr).toContain('4 trainings, 4 to do');
  expect(stdout).toMatch(/^condition +UAR +accuracy +share of the UAR, clean/);
  expect(stdout).toMatch(/^recorded noise, SNR 10 dB +\d\.\d+/m);
  const report = readReport(dir);
  expect(report.kind).toBe('conditions');
  expect(report.description).toContain('no speaker is on both sides');
  expect(report.overlap.speakers).toEqual({ test: 4, shared: 0 });
  expect(report.predictions.map(({ model }) => model)).toEqual(['clean', 'recorded-noise-10', 'telephone']);
  for (const { rows } of report.predictions) {
    expect(rows.map(({ id }) => id).sort()).toEqual([...some].sort());
    for (const { fold, speaker } of rows) expect(fold).toBe(`speaker ${speaker}`);
  }
  const kept = readdirSync(trainings);
  expect(kept.filter((name) => name.endsWith('.model'))).toHaveLength(4);

  // Other conditions take the same models; so does the evaluation of the same cross-validation.
  const again = await ser('--conditions', 'telephone', '--json');
  expect(again.stderr).not.toContain('to do');
  expect((JSON.parse(again.stdout) as Report).systems.map(({ name }) => name)).toEqual(['clean', 'telephone']);
  expect(readdirSync(trainings)).toEqual(kept);
}, 240_000);

test('wrong usage is refused before any work', async () => {
  const refused = async (...words: string[]) => {
    const { code, stderr } = await runSer(['robustness', '--audio', audio, ...words, ...common]);
    return `${code} ${stderr}`;
  };
  expect(await refused('--conditions', 'fog')).toMatch(/^2 .*no condition "fog"; there are clean, noise-20/s);
  expect(await refused('--conditions', 'recorded-noise-10')).toMatch(
    /^2 .*recorded-noise-10 takes recordings of noise.*--noise/s,
  );
  expect(await refused('--model', 'pooled')).toMatch(/^2 .*--model requires a --protocol/s);
  expect(await refused('--clips', '0')).toMatch(/^2 .*--clips must be a whole number, 1 or more; it is 0/s);
  expect(await refused('--protocol', 'loso')).toMatch(/^1 .*was trained under reference/s);
}, 120_000);

const corpora = process.env.SER_CORPORA;
describe.skipIf(!corpora)('real recordings (set SER_CORPORA to the folder with ravdess/ in it)', () => {
  test('undisturbed, three clips get the answers of the committed table; in noise they get others', async () => {
    const dir = join(folder, 'real');
    const words = [
      '--models',
      'reference',
      '--clips',
      '3',
      '--conditions',
      'noise-0',
      '--workers',
      '1',
      '--resamples',
      '50',
      '--out',
      dir,
    ];
    const { code, stderr } = await runSer(['robustness', ...words]);
    expect(code, stderr).toBe(0);
    expect(existsSync(`${dir}.journal`)).toBe(false);
    const [clean, noisy] = readReport(dir).predictions.map(({ rows }) => rows);
    const table = await readTable(TABLE_PATHS.original);
    const whole = selectRows(table, () => true);
    const { predictions } = predictTestClips('reference', GENDERS, whole, getProtocol('reference'));
    for (const row of clean) {
      const known = predictions.find(({ model }) => model === row.gender)!.rows.find(({ id }) => id === row.id)!;
      row.probabilities.forEach((p, i) => expect(Math.abs(p - known.probabilities[i])).toBeLessThan(0.02));
    }
    expect(noisy.map(({ id }) => id)).toEqual(clean.map(({ id }) => id));
    expect(noisy.map(({ probabilities }) => probabilities)).not.toEqual(
      clean.map(({ probabilities }) => probabilities),
    );
  }, 240_000);
});

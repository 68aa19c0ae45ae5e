import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { smallClip } from '../../data/smallCorpus.ts';
import { runSer } from '../../runSer.ts';

vi.setConfig({ testTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), 'ser-init-'));
afterAll(() => rmSync(folder, { recursive: true }));

for (const speaker of ['anna', 'bob']) {
  mkdirSync(join(folder, speaker));
  for (const name of ['joy_1', 'joy_2', 'anger_1', 'boo_1']) writeFileSync(join(folder, speaker, `${name}.wav`), smallClip(`${speaker} ${name}`)); // prettier-ignore
}
writeFileSync(join(folder, 'empty.wav'), '');
writeFileSync(join(folder, 'people.csv'), 'filename;sex;age\nanna/joy_1.wav;F;31\nbob/joy_1.wav;M;44\n');

test('a folder becomes a manifest, with what was guessed, how often, from where, and what to look at', async () => {
  const { code, stdout, stderr } = await runSer(['data', 'init', folder, '--map', 'happy=content']);
  expect(code, stderr).toBe(0);
  expect(readFileSync(join(folder, 'manifest.csv'), 'utf8')).toBe(
    [
      'file,speaker,gender,emotion,age',
      ...['anna/anger_1.wav,anna,,angry,', 'anna/boo_1.wav,anna,,,', 'anna/joy_1.wav,anna,female,content,31'],
      ...['anna/joy_2.wav,anna,,content,', 'bob/anger_1.wav,bob,,angry,', 'bob/boo_1.wav,bob,,,'],
      ...['bob/joy_1.wav,bob,male,content,44', 'bob/joy_2.wav,bob,,content,', ''],
    ].join('\n'),
  );
  expect(stdout).toContain('8 clips in ');
  expect(stdout).toContain('speaker: 2 speakers: anna 4, bob 4 (from the folders)');
  expect(stdout).toMatch(/gender: female 1, male 1 \(from .*people\.csv\)/);
  expect(stdout).toContain('emotion: angry 2, content 4 (from words in the names of files and folders)');
  expect(stdout).toContain('look at: 2 clips without an emotion, such as ');
  expect(stdout).toContain('look at: passed over: 1 empty file: ');
});

test('what a person has corrected since stays, and new files are added', async () => {
  const path = join(folder, 'manifest.csv');
  const corrected = readFileSync(path, 'utf8').replace('anna/boo_1.wav,anna,,,', 'anna/boo_1.wav,Anna B.,f,scared,');
  writeFileSync(path, corrected);
  writeFileSync(join(folder, 'bob', 'anger_2.wav'), smallClip('new'));
  const { code, stdout } = await runSer(['data', 'init', folder, '--json']);
  expect(code).toBe(0);
  const { clips, rows } = JSON.parse(stdout) as { clips: number; rows: { file: string; speaker: string }[] };
  expect(clips).toBe(9);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain('anna/boo_1.wav,Anna B.,female,fearful,\n');
  expect(text).toContain('bob/anger_2.wav,bob,,angry,\n');
  expect(rows.find(({ file }) => file.endsWith('boo_1.wav'))!.speaker).toBe('Anna B.');
});

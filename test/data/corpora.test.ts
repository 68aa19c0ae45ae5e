import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeAudio } from '../../src/data/audio/read.ts';
import { loadAudio } from '../../src/data/audio/load.ts';
import { getProtocol } from '../../src/data/protocols/protocols.ts';
import { ravdess } from '../../src/data/corpora/ravdess.ts';

const corpora = process.env.SER_CORPORA;

const worstDifference = (one: Float32Array, other: Float32Array): number =>
  one.reduce((worst, value, i) => Math.max(worst, Math.abs(value - other[i])), 0);

describe.skipIf(!corpora)('the real RAVDESS (set SER_CORPORA to the folder with ravdess/ in it)', () => {
  const root = join(corpora ?? '', 'ravdess');

  test('all 2,452 clips are found, and the reference split has 250 male and 241 female test clips', async () => {
    const { clips, problems } = await ravdess.clips(root);
    expect(clips).toHaveLength(2452);
    expect(problems).toEqual([]);
    const [{ test: tested }] = getProtocol('reference').folds(clips);
    expect(tested.filter((clip) => clip.gender === 'male')).toHaveLength(250);
    expect(tested.filter((clip) => clip.gender === 'female')).toHaveLength(241);
  });

  test('clips of one actor that differ by rounding alone are those that share a recording', async () => {
    const clips = (await ravdess.clips(root)).clips.filter((clip) => clip.speaker === '07');
    const signals = await Promise.all(clips.map(async ({ path }) => loadAudio(path)));
    const same: string[][] = [];
    signals.forEach((one, i) => {
      signals.slice(0, i).forEach((other, j) => {
        if (one.length === other.length && worstDifference(one, other) <= 2 / 32768)
          same.push([clips[j].id, clips[i].id]);
      });
    });
    expect(same).toEqual([['03-01-03-01-02-01-07', '03-01-03-01-02-02-07']]);
    expect(new Set(clips.map(ravdess.recordingOf)).size).toBe(clips.length - 1);
  });

  test('the published 48 kHz WAV, two of them stereo, agree with the 16 kHz FLAC made of them by soxr', async () => {
    const originals = (await ravdess.clips(join(corpora!, 'ravdess-original'))).clips;
    const byId = new Map((await ravdess.clips(root)).clips.map((clip) => [clip.id, clip.path]));
    const stereo: string[] = [];
    for (const { id, path } of originals) {
      if ((await decodeAudio(await readFile(path), path)).channels === 2) stereo.push(id);
      const ours = await loadAudio(path);
      const theirs = await loadAudio(byId.get(id)!);
      // librosa rounds the length up, soxr to the nearest.
      expect([0, 1]).toContain(ours.length - theirs.length);
      // Theirs is rounded to 16 bits: soxr HQ itself, in Python, comes within 1.47 of these steps.
      expect(worstDifference(theirs, ours)).toBeLessThan(1.6 / 32768);
    }
    expect(stereo).toEqual(['03-01-02-01-01-02-01', '03-02-01-01-01-01-24']);
  });
});

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Corpus } from '../../../../src/data/corpora/corpus.ts';
import { downloadCorpus } from '../../../../src/data/corpora/download/downloadCorpus.ts';
import { ravdess } from '../../../../src/data/corpora/ravdess.ts';
import { scanFolder } from '../../../../src/data/corpora/scan.ts';
import { encodeWav } from '../../../../src/data/audio/pcm/wav.ts';
import { type ArchiveServer, serveArchive } from '../../archiveServer.ts';
import { buildZip } from '../../zip.ts';

const clip = encodeWav(new Float32Array(100), 16_000);
const zipOf = (ids: string[]): Uint8Array =>
  buildZip(ids.map((id) => ({ name: `Actor_${id.slice(-2)}/${id}.wav`, body: clip })));
const speech = ['03-01-01-01-01-01-01', '03-01-01-01-01-01-02'];
const song = ['03-02-01-01-01-01-01'];
const archives = { 'speech.zip': zipOf(speech), 'song.zip': zipOf(song) };

/** RAVDESS with three clips, in two archives as the real one. */
const small: Corpus = {
  ...ravdess,
  clips: (root) => scanFolder(root, ravdess.parsePath, [...speech, ...song]),
  download: {
    ...ravdess.download!,
    archives: Object.entries(archives).map(([file, bytes]) => ({
      file,
      bytes: bytes.length,
      md5: createHash('md5').update(bytes).digest('hex'),
      holds: (id: string) => id.startsWith(file === 'speech.zip' ? '03-01-' : '03-02-'),
    })),
  },
};

let folder: string;
let server: ArchiveServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ser-corpus-'));
  server = await serveArchive(archives);
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});
const download = (options = {}) =>
  downloadCorpus(small, folder, { baseUrl: server.url, backoff: 1, attempts: 2, ...options });

test('both archives are fetched, unpacked, removed, and the clips found', async () => {
  const { clips, problems } = await download();
  expect(clips.map(({ id }) => id)).toEqual([...speech, ...song]);
  expect(problems).toEqual([]);
  expect(readdirSync(folder)).toEqual(['Actor_01', 'Actor_02']);
});

test('a second run fetches nothing', async () => {
  await download();
  const skipped: string[] = [];
  await download({ onSkip: ({ file }: { file: string }) => skipped.push(file) });
  expect(skipped).toEqual(['speech.zip', 'song.zip']);
  expect(server.seen).toHaveLength(2);
});

test('a clip that was lost brings back its archive and no other', async () => {
  await download();
  rmSync(join(folder, 'Actor_01', `${song[0]}.wav`));
  expect((await download()).clips).toHaveLength(3);
  expect(server.seen).toHaveLength(3);
});

test('archives put there by hand are used, and kept if asked', async () => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'speech.zip'), archives['speech.zip']);
  writeFileSync(join(folder, 'song.zip'), 'not the real one');
  const { clips } = await download({ keepArchives: true });
  expect(clips).toHaveLength(3);
  expect(server.seen).toHaveLength(1);
  expect(existsSync(join(folder, 'song.zip'))).toBe(true);
});

test('an address without its slash', async () => {
  expect((await download({ baseUrl: server.url.slice(0, -1) })).clips).toHaveLength(3);
});

test('the published archives are named with their sizes and sums', () => {
  expect(ravdess.download!.archives.map(({ file, bytes, md5 }) => ({ file, bytes, md5 }))).toEqual([
    { file: 'Audio_Speech_Actors_01-24.zip', bytes: 208_468_073, md5: 'bc696df654c87fed845eb13823edef8a' },
    { file: 'Audio_Song_Actors_01-24.zip', bytes: 225_505_317, md5: '5411230427d67a21e18aa4d466e6d1b9' },
  ]);
});

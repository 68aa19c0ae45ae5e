import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describePassedOver, findClips, isClipOf } from '../../../src/data/audio/clipFiles.ts';
import { FORMATS } from '../../../src/data/audio/formats.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ser-clips-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Puts files of that content into the folder. @returns their paths */
function put(names: readonly string[], content: string | Uint8Array = 'x'): string[] {
  return names.map((name) => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  });
}

describe('the clips of a folder', () => {
  test('are its audio files at any depth, in the order of their names, without hidden ones', () => {
    put(['b.WAV', 'a.flac', 'deep/er/c.mp3', 'notes.txt', '.d.wav', '.hidden/e.wav', '__MACOSX/f.wav']);
    expect(findClips([folder]).clips).toEqual(['a.flac', 'b.WAV', 'deep/er/c.mp3'].map((name) => join(folder, name)));
    expect(findClips([folder], { recursive: false }).clips).toEqual(['a.flac', 'b.WAV'].map((name) => join(folder, name))); // prettier-ignore
  });

  test('have the extensions of all formats that can be read, in capitals or not', () => {
    const extensions = [...new Set(FORMATS.flatMap((format) => format.extensions))];
    const paths = put(extensions.flatMap((extension) => [`a${extension}`, `b${extension.toUpperCase()}`]));
    expect(findClips([folder])).toEqual({ clips: paths.sort(), passedOver: [] });
    expect(paths.every((path) => isClipOf(folder, path))).toBe(true);
  });

  test('may be links to files', () => {
    const [target] = put(['a.flac']);
    symlinkSync(target, join(folder, 'b.flac'));
    expect(findClips([folder])).toEqual({ clips: [target, join(folder, 'b.flac')], passedOver: [] });
  });

  test('are not there: the folder is named, with what it holds instead', () => {
    mkdirSync(join(folder, 'none'));
    expect(() => findClips([join(folder, 'none')])).toThrow(/none: there is no audio file in this folder\. WAV, FLAC, .* can be read/); // prettier-ignore
    expect(findClips([join(folder, 'none')], { mayBeEmpty: true }).clips).toEqual([]);
    put(['calls/a.xyz', 'calls/b.xyz']);
    expect(() => findClips([join(folder, 'calls')])).toThrow(/passed over: 2 files of kinds that cannot be read here: 2 \.xyz\./); // prettier-ignore
  });
});

test('a file stands for itself, whatever its name, and once; a path that is not there is named', () => {
  const [notes] = put(['notes.txt']);
  expect(findClips([notes, notes])).toEqual({ clips: [notes], passedOver: [] });
  expect(() => findClips([join(folder, 'nothing.wav')])).toThrow(/nothing\.wav: there is no such file/);
});

describe('what a folder holds beside its clips', () => {
  const said = () => describePassedOver(findClips([folder]).passedOver);
  beforeEach(() => void put(['clip.wav']));

  test('is counted by kinds, where it may be audio', () => {
    put(['a.wma', 'B.WMA', 'c.xyz', 'deep/d.xyz', 'e.XYZ']);
    expect(said()).toEqual(['5 files of kinds that cannot be read here: 2 .wma, 3 .xyz']);
  });

  test('is not worth a word where it is obviously no audio, or our own', () => {
    put(['notes.txt', 'README', 'cover.JPG', 'emotions.csv', 'emotions.csv.journal', 'a.json', 't.parquet', '.hidden']);
    expect(said()).toEqual([]);
  });

  test('may be a recording whose name has lost its end', () => {
    put(['recording'], new Uint8Array([82, 73, 70, 70, 0, 0]));
    expect(said()).toEqual(['1 file of a kind that cannot be read here: 1 without an extension']);
  });

  test('is reported if it has the name of a clip but is not one: empty, a dangling link, not fetched by Git LFS or git-annex', () => {
    const empty = put(['a.wav', 'b.mp3', 'c.flac', 'd.wav', 'e.wav'], '');
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12345\n`;
    const [unfetched] = put(['far.wav'], pointer);
    const [annexed] = put(['farther.flac'], '/annex/objects/SHA256E-s12345--0123.flac\n');
    symlinkSync(join(folder, 'gone.wav'), join(folder, 'link.wav'));
    symlinkSync(join(folder, 'circle.wav'), join(folder, 'circle.wav'));
    expect(findClips([folder]).clips).toEqual([join(folder, 'clip.wav')]);
    expect(said()).toEqual([
      `5 empty files: ${empty.slice(0, 3).join(', ')} and 2 more`,
      `2 links that lead nowhere: ${join(folder, 'circle.wav')}, ${join(folder, 'link.wav')}`,
      `2 pointers without their audio (\`git lfs pull\` or \`git annex get\` fetches it): ${unfetched}, ${annexed}`,
    ]);
  });

  test('is named where it is a folder that is not looked into', () => {
    put(['speaker/a.wav']);
    symlinkSync(join(folder, 'speaker'), join(folder, 'again'));
    expect(said()).toEqual([`1 link to a folder, which is not followed: ${join(folder, 'again')}`]);
  });
});

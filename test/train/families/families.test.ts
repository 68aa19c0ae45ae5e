import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { FAMILY_NAMES, familyFolder, findFamily } from '../../../src/train/families/families.ts';
import { licenceOf, sourcesOf } from '../../../src/train/families/licence.ts';
import { loadBundle } from '../../../src/train/bundle/bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-families-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('models by name or folder', () => {
  test('the default family is the folder of models itself, the others are in it', () => {
    expect(findFamily()).toEqual(findFamily('default'));
    expect(findFamily('reference')).toEqual({ name: 'reference', folder: join(findFamily().folder, 'reference') });
  });

  test('a folder of its own is named by its last part and a slash; that of a family, by the family', () => {
    const mine = join(folder, 'mine');
    mkdirSync(mine);
    expect(findFamily(mine)).toEqual({ name: 'mine/', folder: mine });
    expect(findFamily(`${mine}/`).name).toBe('mine/');
    expect(findFamily('models/reference').name).toBe('reference');
    expect(findFamily('models').name).toBe('default');
  });

  test('a name that is neither a family nor a folder is refused with the choices', () => {
    expect(() => findFamily('referenz')).toThrow(
      /neither a folder referenz nor a family of models of that name: choose default, reference, adapted, open, or a folder/,
    );
    expect(() => findFamily('package.json')).toThrow(/neither a folder package\.json/);
  });

  test('a family that is not there says how to train it', () => {
    const missing = FAMILY_NAMES.filter((name) => name !== 'default').map((name) => [name, familyFolder(name, folder)]);
    expect(missing).toEqual([
      ['reference', join(folder, 'reference')],
      ['adapted', join(folder, 'adapted')],
      ['open', join(folder, 'open')],
    ]);
    expect(() => findFamily('open', folder)).toThrow(
      /"open" are not in this package.*`ser train pooled --models open`/,
    );
  });
});

describe('the licence of models', () => {
  const ravdess = { name: 'ravdess', licence: 'CC BY-NC-SA 4.0: not for commercial use (Livingstone & Russo, 2018)' };
  const emodb = { name: 'emodb', licence: 'CC0: as audEERING released it again (Burkhardt et al., 2005)' };
  const crema = { name: 'crema-d', licence: 'ODbL 1.0 and DbCL 1.0 (Cao et al., 2014)' };
  const readers = { name: 'librispeech', licence: 'CC BY 4.0 (Panayotov et al., 2015)' };

  test('one source that forbids commercial use forbids it for the model', () => {
    expect(licenceOf([emodb, ravdess])).toEqual({
      commercial: false,
      text: 'not for commercial use; made from EmoDB (CC0), RAVDESS (CC BY-NC-SA 4.0)',
    });
  });

  test('free sources leave it free, and are named, each once', () => {
    expect(licenceOf([crema, emodb, readers, emodb])).toEqual({
      commercial: true,
      text: 'free for commercial use; made from CREMA-D (ODbL 1.0 and DbCL 1.0), EmoDB (CC0), LibriSpeech (CC BY 4.0)',
    });
  });

  test.each(['that of the corpus', 'not known', 'CC BY-ND 4.0', ''])('"%s" promises nothing', (licence) => {
    expect(licenceOf([emodb, { name: 'mine', licence }]).commercial).toBeNull();
  });

  test.each(['CC BY-NC 4.0', 'CC-BY-NC-SA-4.0: no commercial use', 'for non-commercial research'])(
    '"%s" forbids commercial use',
    (licence) => expect(licenceOf([{ name: 'mine', licence }]).commercial).toBe(false),
  );

  test('nothing known to be learnt from promises nothing either', () => {
    expect(licenceOf([])).toEqual({ commercial: null, text: 'terms of use not known' });
  });

  test('encoders of the features count among the sources, unknown ones too', () => {
    const { bundle } = loadBundle('models/reference/male');
    const namesFor = (set: string): string[] => sourcesOf({ ...bundle, features: { ...bundle.features, set } }).map(({ name, licence }) => `${name}: ${licence.slice(0, 10)}`); // prettier-ignore
    expect(namesFor('librosa186')).toEqual(['ravdess: CC BY-NC-S']);
    expect(namesFor('librosa186+speech-embedding-functionals')[1]).toBe('speech-embedding: Apache-2.0');
    expect(namesFor('moonshine-functionals')[1]).toBe('moonshine: MIT');
    expect(namesFor('whisper-tiny#3-functionals')[1]).toBe('whisper-tiny: Apache-2.0');
    expect(namesFor('onnx:/models/mine.onnx')[1]).toBe('onnx:/models/mine.onnx: not known');
  });
});

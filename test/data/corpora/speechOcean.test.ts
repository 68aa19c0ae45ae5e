import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { speechOcean } from '../../../src/data/corpora/speechOcean.ts';
import { parseCsv } from '../../../src/files/csv.ts';
import { readText } from '../../../src/files/files.ts';

const corpora = process.env.SER_CORPORA;

describe('speechocean762 names', () => {
  test('contain the speaker, whose gender is known; read speech is taken as neutral', () => {
    expect(speechOcean.parseName('000240323.WAV')).toMatchObject({
      id: '000240323',
      corpus: 'speechocean762',
      emotion: 'neutral',
      speaker: 'speechocean762-0024',
      gender: 'female',
    });
    expect(speechOcean.parseName('096490005.flac')).toMatchObject({ speaker: 'speechocean762-9649', gender: 'male' });
  });

  test.each([
    ['00024032', /it is not 0, speaker \(4 digits\), utterance \(4 digits\), as in 000240323/],
    ['000010011', /there is no adult speaker 0001/],
    ['103-1240-0000', /not a speechocean762 file name/],
  ])('%s is refused', (name, reason) => {
    expect(() => speechOcean.parseName(name)).toThrow(reason);
  });
});

describe.skipIf(!corpora)('with the audio (SER_CORPORA)', () => {
  test('speaker and gender of every clip are those of its list', async () => {
    const root = join(corpora!, 'speechocean-mini');
    const { clips } = await speechOcean.clips(root);
    const [, ...lines] = parseCsv(readText(join(root, 'clips.csv'), 'corpus'));
    const listed = lines.map(([file, speaker, gender]) => [file.replace('.flac', ''), `speechocean762-${speaker}`, gender]); // prettier-ignore
    expect(clips.map(({ id, speaker, gender }) => [id, speaker, gender])).toEqual(listed.sort());
    expect(clips).toHaveLength(128);
  });
});

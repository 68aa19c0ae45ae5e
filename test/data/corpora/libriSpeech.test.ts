import { describe, expect, test } from 'vitest';
import { libriSpeech } from '../../../src/data/corpora/libriSpeech.ts';

describe('LibriSpeech names', () => {
  test('contain the speaker; read speech is taken as neutral, and the gender is unknown', () => {
    expect(libriSpeech.parseName('103-1240-0000.flac')).toMatchObject({
      id: '103-1240-0000',
      corpus: 'librispeech',
      emotion: 'neutral',
      speaker: 'librispeech-103',
      gender: null,
    });
  });

  test.each(['103-1240', 'a-1-2', '03-01-01-01-01-01-01'])('%s is refused', (name) => {
    expect(() => libriSpeech.parseName(name)).toThrow(
      /not a LibriSpeech file name: it is not speaker, chapter, utterance/,
    );
  });
});

import { SerError } from '../../error.ts';
import { withoutAudioExtension } from '../audio/formats.ts';
import { type Clip, EMOTIONS } from '../clip.ts';
import type { Corpus } from './corpus.ts';
import { scanFolder } from './scan.ts';

/** The shape of a RAVDESS name: seven two-digit fields. */
const NAME = /^\d\d(-\d\d){6}$/;

/**
 * Recordings that were published under two names.
 * Their samples differ by rounding alone, at most 2 steps of 16 bits; they must never stand on both sides of a split.
 */
const TWINS = new Map([['03-01-03-01-02-02-07', '03-01-03-01-02-01-07']]);

/** A key that is the same for clips that are the same recording. */
export function recordingOf(clip: Pick<Clip, 'id'>): string {
  return TWINS.get(clip.id) ?? clip.id;
}

/**
 * Reads a RAVDESS name, modality-channel-emotion-intensity-statement-repetition-actor (Livingstone & Russo, 2018).
 * @param name  with or without its extension, without its folder
 * @throws {SerError} `corpus`, saying which field cannot be and why
 */
export function parseRavdessName(name: string): Clip {
  const id = withoutAudioExtension(name);
  const refuse = (reason: string): never => {
    throw new SerError('corpus', `"${name}" is no RAVDESS recording: ${reason}`);
  };
  if (!NAME.test(id)) refuse('its name is not seven two-digit numbers joined by "-"');
  const [modality, channel, emotion, intensity, statement, repetition, actor] = id.split('-').map(Number);

  if (modality !== 3) {
    refuse(modality === 1 || modality === 2 ? `modality 0${modality} is video; 03 is audio` : `modality ${modality}`);
  }
  if (channel !== 1 && channel !== 2) refuse(`channel ${channel} is neither 01 (speech) nor 02 (song)`);
  if (emotion < 1 || emotion > 8) refuse(`emotion ${emotion} is not in 01–08`);
  if (intensity !== 1 && intensity !== 2) refuse(`intensity ${intensity} is neither 01 (normal) nor 02 (strong)`);
  if (statement !== 1 && statement !== 2) refuse(`statement ${statement} is neither 01 nor 02`);
  if (repetition !== 1 && repetition !== 2) refuse(`repetition ${repetition} is neither 01 nor 02`);
  if (actor < 1 || actor > 24) refuse(`actor ${actor} is not in 01–24`);
  if (emotion === 1 && intensity === 2) refuse('neutral has no strong intensity');
  if (channel === 2 && emotion > 6) refuse(`${EMOTIONS[emotion - 1]} was never sung`);
  if (channel === 2 && actor === 18) refuse('actor 18 sang no songs');

  return {
    id,
    channel: channel === 1 ? 'speech' : 'song',
    emotion: EMOTIONS[emotion - 1],
    intensity: intensity === 1 ? 'normal' : 'strong',
    statement,
    repetition,
    speaker: id.slice(-2),
    gender: actor % 2 === 1 ? 'male' : 'female',
  };
}

/** The names of all 2,452 recordings (1,440 spoken, 1,012 sung), sorted. */
export function ravdessIds(): string[] {
  const ids: string[] = [];
  const two = (n: number): string => String(n).padStart(2, '0');
  for (const channel of [1, 2]) {
    for (let emotion = 1; emotion <= (channel === 1 ? 8 : 6); emotion++) {
      for (let intensity = 1; intensity <= (emotion === 1 ? 1 : 2); intensity++) {
        for (const statement of [1, 2]) {
          for (const repetition of [1, 2]) {
            for (let actor = 1; actor <= 24; actor++) {
              if (channel === 2 && actor === 18) continue;
              ids.push([3, channel, emotion, intensity, statement, repetition, actor].map(two).join('-'));
            }
          }
        }
      }
    }
  }
  return ids;
}

/** The Ryerson Audio-Visual Database of Emotional Speech and Song, audio only. */
export const ravdess: Corpus = {
  name: 'ravdess',
  labels: EMOTIONS,
  clips: (root) => scanFolder(root, parseRavdessName, ravdessIds()),
  recordingOf,
  download: {
    baseUrl: 'https://zenodo.org/records/1188976/files/',
    archives: [
      {
        file: 'Audio_Speech_Actors_01-24.zip',
        bytes: 208_468_073,
        md5: 'bc696df654c87fed845eb13823edef8a',
        holds: (id) => id.startsWith('03-01-'),
      },
      {
        file: 'Audio_Song_Actors_01-24.zip',
        bytes: 225_505_317,
        md5: '5411230427d67a21e18aa4d466e6d1b9',
        holds: (id) => id.startsWith('03-02-'),
      },
    ],
    licence: 'CC BY-NC-SA 4.0: not for commercial use (Livingstone & Russo, 2018, doi:10.1371/journal.pone.0196391)',
  },
};

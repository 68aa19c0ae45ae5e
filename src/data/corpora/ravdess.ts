import { tablePaths } from '../tables/tablePaths.ts';
import { namedCorpus } from './namedCorpus.ts';
import { ravdessProtocols } from './ravdessProtocols.ts';

/** In the order of their codes 01–08. */
const EMOTIONS = ['neutral', 'calm', 'happy', 'sad', 'angry', 'fearful', 'disgust', 'surprised'] as const;

/** Pattern of a name: seven two-digit fields. */
const NAME = /^\d\d(-\d\d){6}$/;

/** A field of a valid name, by position. */
const field = (id: string, place: number): number => Number(id.split('-')[place]);
const channelOf = (id: string) => (field(id, 1) === 1 ? 'speech' : 'song');

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

/**
 * The Ryerson Audio-Visual Database of Emotional Speech and Song, audio only. Names are
 * modality-channel-emotion-intensity-statement-repetition-actor (Livingstone & Russo, 2018).
 */
export const ravdess = namedCorpus({
  name: 'ravdess',
  title: 'RAVDESS',
  language: 'English',
  labels: EMOTIONS,
  ids: ravdessIds(),
  // Their samples differ only by rounding, at most 2 steps of 16 bits.
  twins: new Map([['03-01-03-01-02-02-07', '03-01-03-01-02-01-07']]),
  parse: (id, refuse) => {
    if (!NAME.test(id)) refuse('it is not seven two-digit numbers joined by "-"');
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
      emotion: EMOTIONS[emotion - 1],
      speaker: id.slice(-2),
      gender: actor % 2 === 1 ? 'male' : 'female',
      sentence: String(statement),
      channel: channelOf(id),
    };
  },
  groupings: {
    intensity: (id) => (field(id, 3) === 1 ? 'normal' : 'strong'),
    statement: (id) => `statement ${field(id, 4)}`,
    channel: channelOf,
  },
  protocols: ravdessProtocols,
  table: tablePaths('ravdess', 'librosa186'),
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
  },
  about:
    'RAVDESS (Livingstone & Russo, 2018, doi:10.1371/journal.pone.0196391), speech and song of 24 professional actors.',
  limits: `North American English, two sentences, actors, a quiet studio. Other languages, rooms, microphones and spontaneous speech will be
  recognised far worse.
- Noise, a telephone line or a second of digital silence around the voice can change the features more than most emotions do.
  \`ser robustness\` measures by how much the model's answers suffer (docs/robustness.md).`,
  licence: 'CC BY-NC-SA 4.0: not for commercial use (Livingstone & Russo, 2018, doi:10.1371/journal.pone.0196391)',
});

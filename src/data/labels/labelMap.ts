import { SerError } from '../../error.ts';
import { labelOf } from './emotionWords.ts';

/** Labels by the words that stand for them, both in lower case; an empty label leaves the clips out. */
export type LabelMap = ReadonlyMap<string, string>;

/**
 * Reads `joy=happy,anger=angry`: words or labels of the data, and the labels that clips with them get, as they are written. `other=` leaves clips out.
 * @throws {SerError} `usage` for anything else, and a word that gets two labels
 * @example
 * [...readLabelMap(['joy=happy,anger=angry'])] // → [['joy', 'happy'], ['anger', 'angry']]
 */
export function readLabelMap(given: readonly string[]): LabelMap {
  const map = new Map<string, string>();
  for (const pair of given.flatMap((text) => text.split(',')).filter((text) => text.trim() !== '')) {
    const [word, label, ...more] = pair.split('=').map((text) => text.trim().toLowerCase());
    if (!word || label === undefined || more.length > 0) {
      throw new SerError('usage', `--map takes pairs such as joy=happy, with commas between them; "${pair.trim()}" is none.`); // prettier-ignore
    }
    if ((map.get(word) ?? label) !== label) throw new SerError('usage', `--map gives "${word}" two labels, ${map.get(word)} and ${label}.`); // prettier-ignore
    map.set(word, label);
  }
  return map;
}

/** The label of a word of the data: what the map says of the word, else of its usual label, else that label. Empty to leave the clip out. */
export function mappedLabel(word: string, map: LabelMap): string {
  const usual = labelOf(word);
  return map.get(word.trim().toLowerCase()) ?? map.get(usual) ?? usual;
}

/** Emotions with the other words that corpora have for them. Labels stand in this order where a corpus has none of its own. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  neutral: [],
  calm: [],
  happy: ['happiness', 'joy'],
  sad: ['sadness'],
  angry: ['anger'],
  fearful: ['fear'],
  disgust: ['disgusted'],
  surprised: ['surprise'],
  boredom: ['bored'],
};
const ORDER = Object.keys(WORDS);
const LABEL_OF = new Map(Object.entries(WORDS).flatMap(([label, others]) => [label, ...others].map((word) => [word, label]))); // prettier-ignore

/** The label for a word: `joy` is `happy`. A word that is not known here is a label of its own, in small letters. */
export function labelOf(word: string): string {
  const small = word.trim().toLowerCase();
  return LABEL_OF.get(small) ?? small;
}

/** Each label once: those that are known here first and in their order, then the others by the alphabet. */
export function sortLabels(labels: Iterable<string>): string[] {
  const place = (label: string): number => (ORDER.includes(label) ? ORDER.indexOf(label) : ORDER.length);
  return [...new Set(labels)].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

/** The emotion that a file's name says, else that of the nearest folder that says one. Empty if none does, or a name says several. */
export function emotionInName(path: string): string {
  for (const part of path.split(/[\\/]/).reverse()) {
    const said = new Set(part.toLowerCase().split(/[^a-z]+/).flatMap((word) => LABEL_OF.get(word) ?? [])); // prettier-ignore
    if (said.size > 0) return said.size === 1 ? [...said][0] : '';
  }
  return '';
}

/** Emotions with their synonyms in corpora, in the order of labels for corpora without an order of their own. */
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
/** Emotions that corpora without one of them may have under the name of the other. */
const NEAR = [['neutral', 'calm']] as const;
const ORDER = Object.keys(WORDS);
const LABEL_OF = new Map(Object.entries(WORDS).flatMap(([label, others]) => [label, ...others].map((word) => [word, label]))); // prettier-ignore

/** The label for a word: `joy` is `happy`. An unknown word becomes a label in lower case. */
export function labelOf(word: string): string {
  const small = word.trim().toLowerCase();
  return LABEL_OF.get(small) ?? small;
}

/** Whether a clip with the first label might have got the second one, had its corpus known it. */
export function isNear(label: string, other: string): boolean {
  return NEAR.some(
    (pair) => label !== other && [label, other].every((one) => (pair as readonly string[]).includes(one)),
  );
}

/** Labels without duplicates: known ones first, in their order, then the others alphabetically. */
export function sortLabels(labels: Iterable<string>): string[] {
  const place = (label: string): number => (ORDER.includes(label) ? ORDER.indexOf(label) : ORDER.length);
  return [...new Set(labels)].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

/** The emotion in a file's name, else in the name of its nearest folder that has one. Empty if there is none, or a name contains several. */
export function emotionInName(path: string): string {
  for (const part of path.split(/[\\/]/).reverse()) {
    const said = new Set(part.toLowerCase().split(/[^a-z]+/).flatMap((word) => LABEL_OF.get(word) ?? [])); // prettier-ignore
    if (said.size > 0) return said.size === 1 ? [...said][0] : '';
  }
  return '';
}

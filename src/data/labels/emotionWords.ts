/** Emotions with their synonyms in corpora and in other languages, in the order of labels for corpora without an order of their own. */
const WORDS: Readonly<Record<string, string>> = {
  neutral: 'neutrality neutre neutro neutrale',
  calm: 'calmness calme calma ruhe ruhig',
  happy: 'happiness joy joyful freude fröhlich glücklich joie felicidad alegría alegria gioia felicità',
  sad: 'sadness trauer traurig traurigkeit tristesse tristeza tristezza',
  angry: 'anger wut wütend ärger zorn colère colere ira enojo rabia rabbia',
  fearful: 'fear afraid scared anxiety anxious angst peur miedo paura',
  disgust: 'disgusted ekel dégoût degout asco disgusto',
  surprised: 'surprise überraschung überrascht sorpresa',
  boredom: 'bored langeweile gelangweilt ennui aburrimiento noia',
  excited: 'excitement',
  frustrated: 'frustration',
  contempt: 'contemptuous',
};
/** Adjectives for labels that are nouns. */
const ADJECTIVES: Readonly<Record<string, string>> = {
  disgust: 'disgusted',
  boredom: 'bored',
  contempt: 'contemptuous',
};

/** Abbreviations, which stand for an emotion where there is nothing but emotions: as parts of a name they may be anything. */
const CODES: Readonly<Record<string, string>> = {
  neutral: 'neu ntr',
  calm: 'cal',
  happy: 'hap',
  angry: 'ang',
  fearful: 'fea',
  disgust: 'dis',
  surprised: 'sur sup ps pleasant_surprise pleasant-surprise',
  boredom: 'bor',
  excited: 'exc',
  frustrated: 'fru',
};
/** Emotions that corpora without one of them may have under the name of the other. */
const NEAR = [['neutral', 'calm']] as const;
const ORDER = Object.keys(WORDS);

const labelsByWord = (words: Readonly<Record<string, string>>): [word: string, label: string][] =>
  Object.entries(words).flatMap(([label, others]) =>
    others.split(' ').map((word): [word: string, label: string] => [word, label]),
  );
const LABEL_OF_WORD = new Map([...ORDER.map((label) => [label, label] as const), ...labelsByWord(WORDS)]);
const LABEL_OF = new Map([...labelsByWord(CODES), ...LABEL_OF_WORD]);

/** As labels are written: in lower case, without blanks around, and in one of the ways in which Unicode writes umlauts. */
const plain = (word: string): string => word.trim().normalize('NFC').toLowerCase();

/** The label for a word or an abbreviation in whatever case: `joy`, `HAP` and `Freude` are `happy`. An unknown word becomes a label in lower case. */
export function labelOf(word: string): string {
  const small = plain(word);
  return LABEL_OF.get(small) ?? small;
}

/** The adjective for a label: `disgusted` for `disgust`; of labels unknown here the label itself. */
export const adjectiveOf = (label: string): string => ADJECTIVES[label] ?? label;

/** What a voice sounds, or for labels unknown here, which may be any word, sounds like: `angry`, `disgusted`, `like awe`. */
export const soundOf = (label: string): string => (ORDER.includes(label) ? adjectiveOf(label) : `like ${label}`);

/** Whether a word or an abbreviation is one of the emotions known here. */
export const isEmotion = (word: string): boolean => LABEL_OF.has(plain(word));

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
    const said = new Set(plain(part).split(/[^\p{L}]+/u).flatMap((word) => LABEL_OF_WORD.get(word) ?? [])); // prettier-ignore
    if (said.size > 0) return said.size === 1 ? [...said][0] : '';
  }
  return '';
}

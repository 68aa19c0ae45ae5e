import type { Gender } from '../clip.ts';

const WORDS: Readonly<Record<Gender, string>> = {
  male: 'm male man men mann männlich maennlich herr homme hombre masculin masculino maschio maschile uomo',
  female: 'f w female woman women frau weiblich femme femenino feminin féminin femmina femminile mujer donna',
};
/** What people write where the gender is not known. */
const UNKNOWN = new Set('- ? n/a na nan none null unknown unbekannt'.split(' '));
const GENDER_OF = new Map(
  Object.entries(WORDS).flatMap(([gender, words]) => words.split(' ').map((word) => [word, gender as Gender])),
);

/** The gender that a word or letter in whatever case stands for, null for one that says that it is not known. @returns undefined for any other word */
export function genderOfWord(word: string): Gender | null | undefined {
  const small = word.trim().normalize('NFC').toLowerCase();
  return small === '' || UNKNOWN.has(small) ? null : GENDER_OF.get(small);
}

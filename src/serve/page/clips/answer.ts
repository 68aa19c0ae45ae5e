import { adjectives, rightInWords } from '../../predict/verdict.ts';
import type { ClipResult } from '../../predict/clipResult.ts';
import { voiceDetail, voiceWords } from '../words.ts';

/** A result in words: what was heard, how sure that is, and whose voice it was. */
export interface Answer {
  headline: string;
  /** Sentences. */
  lines: string[];
  /** Absent if nobody speaks or the gender was not asked for. */
  voice?: { words: string; detail: string };
}

/** The same words for the page, its announcements and pictures of results. */
export function answerOf(result: ClipResult): Answer {
  const { emotion, headline, gender, genderProbability } = result;
  return {
    headline,
    lines: linesOf(result),
    ...(emotion !== null &&
      gender && {
        voice: { words: voiceWords(gender, genderProbability), detail: voiceDetail(gender, genderProbability) },
      }),
  };
}

function linesOf({ emotion, reason, sure, alternatives, rightOnUnseen }: ClipResult): string[] {
  if (emotion === null) return ['The models know nothing but voices, so no emotion is named.'];
  if (reason === 'distance') {
    return [`Closest to ${adjectives(alternatives)}, but of recordings like this one the models know too little.`];
  }
  if (rightOnUnseen !== null) return [rightInWords(rightOnUnseen)];
  return sure === false ? ['Answers of so low a probability are wrong too often.'] : [];
}

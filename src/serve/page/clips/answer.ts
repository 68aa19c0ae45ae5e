import { adjectives, rightInWords } from '../../predict/verdict.ts';
import type { ClipResult } from '../../predict/clipResult.ts';
import type { TimeShares, Utterances } from '../../timeline/segment.ts';
import { shareWords, sharesOf } from '../sound/timeShares.ts';
import { duration, shortVoice, voiceDetail, voiceWords } from '../words.ts';

/** A result in words: what was heard, how sure that is, and whose voice it was. */
export interface Answer {
  headline: string;
  /** Sentences. */
  lines: string[];
  /** Absent if nobody speaks or the gender was not asked for. */
  voice?: { words: string; detail: string };
  /** Of a long recording: what it contains instead of one answer. */
  shares?: TimeShares;
}

/** The same words for the page, its announcements and pictures of results. */
export function answerOf(result: ClipResult): Answer {
  if (result.utterances) return contentsOf(result.utterances);
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

/** The answer as sentences. */
export function sentencesOf({ headline, lines, voice, shares }: Answer): string[] {
  return [
    `${headline}.`,
    ...(shares ? [`${shareWords(sharesOf(shares))}.`] : []),
    ...lines,
    ...(voice ? [`${voice.words}, ${voice.detail}.`] : []),
  ];
}

const NOBODY = 'The models know nothing but voices, so no emotion is named.';

function contentsOf({ segments, ...shares }: Utterances): Answer {
  if (segments.length === 0) return { headline: 'No speech found', lines: [NOBODY] };
  const voices = new Map<string, number>();
  for (const { start, end, gender, genderProbability } of segments) {
    if (gender === null) continue;
    const voice = shortVoice(gender, genderProbability).toLowerCase();
    voices.set(voice, (voices.get(voice) ?? 0) + end - start);
  }
  const words = Array.from(voices, ([name, seconds]) => ({ name, seconds })).sort((a, b) => b.seconds - a.seconds);
  return {
    headline: `${duration(shares.speech)} of speech`,
    lines: words.length > 0 ? [`Voices: ${shareWords(words)}.`] : [],
    shares,
  };
}

function linesOf({ emotion, reason, sure, alternatives, rightOnUnseen }: ClipResult): string[] {
  if (emotion === null) return [NOBODY];
  if (reason === 'distance') {
    return [`Closest to ${adjectives(alternatives)}, but of recordings like this one the models know too little.`];
  }
  if (rightOnUnseen !== null) return [rightInWords(rightOnUnseen)];
  return sure === false ? ['Answers of so low a probability are wrong too often.'] : [];
}

import { SerError } from '../../error.ts';

/** A part of a recording in which somebody speaks, in seconds. */
export interface Turn {
  start: number;
  end: number;
  speaker: string;
}

/** Seconds of a recording that are wrong, and of speech in it. */
export interface DiarisationError {
  /** Speech for which nobody is named. */
  missed: number;
  /** What is taken for speech without being any. */
  falseAlarm: number;
  /** Speech for which somebody else is named. */
  confusion: number;
  /** Speech; where two speak, counted twice. */
  speech: number;
  /** (missed + falseAlarm + confusion) / speech; NaN without speech. */
  rate: number;
}

/** Speakers whose names can be matched in every way. */
const MOST = 16;

/**
 * Diarisation error rate, as dscore and NIST's md-eval have it, without a collar and with overlapping speech: the names of the hypothesis are matched one to one with those of the
 * reference so that most of the time agrees.
 * @param reference  who speaks when
 * @param hypothesis  the same as found
 * @throws {SerError} `usage` for more than 16 speakers on both sides
 * @example
 * const reference = [{ start: 0, end: 6, speaker: 'anna' }, { start: 6, end: 10, speaker: 'ben' }];
 * const hypothesis = [{ start: 1, end: 7, speaker: '1' }, { start: 7, end: 11, speaker: '2' }];
 * diarisationError(reference, hypothesis) // → { missed: 1, falseAlarm: 1, confusion: 1, speech: 10, rate: 0.3 }
 */
export function diarisationError(reference: readonly Turn[], hypothesis: readonly Turn[]): DiarisationError {
  const edges = [...new Set([...reference, ...hypothesis].flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b); // prettier-ignore
  const namesOf = (turns: readonly Turn[]): string[] => [...new Set(turns.map(({ speaker }) => speaker))];
  const [real, found] = [namesOf(reference), namesOf(hypothesis)];
  const together = real.map(() => found.map(() => 0));
  let [missed, falseAlarm, both, speech] = [0, 0, 0, 0];
  for (let i = 0; i + 1 < edges.length; i++) {
    const [from, to] = [edges[i], edges[i + 1]];
    const active = (turns: readonly Turn[]): Set<string> =>
      new Set(turns.flatMap(({ start, end, speaker }) => (start <= from && end >= to ? [speaker] : [])));
    const [spoken, named] = [active(reference), active(hypothesis)];
    speech += spoken.size * (to - from);
    missed += Math.max(0, spoken.size - named.size) * (to - from);
    falseAlarm += Math.max(0, named.size - spoken.size) * (to - from);
    both += Math.min(spoken.size, named.size) * (to - from);
    for (const one of spoken) for (const other of named) together[real.indexOf(one)][found.indexOf(other)] += to - from;
  }
  const confusion = Math.max(0, both - bestMatch(together));
  return { missed, falseAlarm, confusion, speech, rate: (missed + falseAlarm + confusion) / speech };
}

/** The largest sum over a one-to-one choice of rows and columns; the shorter side by all of its subsets. */
function bestMatch(together: readonly (readonly number[])[]): number {
  const columns = together[0]?.length ?? 0;
  const wide = columns > together.length;
  const [many, few] = wide ? [columns, together.length] : [together.length, columns];
  if (few > MOST) throw new SerError('usage', `${few} speakers cannot be matched; ${MOST} can.`);
  // The best sum for each subset of the shorter side that is matched.
  let best = new Float64Array(2 ** few).fill(-Infinity);
  best[0] = 0;
  for (let one = 0; one < many; one++) {
    const next = best.slice();
    for (let subset = 0; subset < best.length; subset++) {
      for (let other = 0; other < few; other++) {
        if (subset & (1 << other)) continue;
        const time = wide ? together[other][one] : together[one][other];
        const larger = subset | (1 << other);
        next[larger] = Math.max(next[larger], best[subset] + time);
      }
    }
    best = next;
  }
  return Math.max(...best);
}

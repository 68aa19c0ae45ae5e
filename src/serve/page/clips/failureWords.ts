import type { ClipFailure } from '../../predict/clipResult.ts';
import { capital, sentence } from '../../../words.ts';

const REMEDY = 'If it plays elsewhere, convert it to WAV and add that.';

/**
 * A failure in words for people: what is wrong with the file, and what helps.
 * @example
 * failureWords({ code: 'audio', message: 'it is cut short: 2 of 3 s are missing' })
 * // → 'This file is cut short: 2 of 3 s are missing. If it plays elsewhere, convert it to WAV and add that.'
 */
export function failureWords({ code, message }: ClipFailure['error']): string {
  if (code !== 'audio') return sentence(capital(message));
  if (/^it is empty\b/.test(message)) return 'This file is empty. Was it still being written or copied? Add it again.';
  const said = message.replace(/^it (?=[a-z])/, 'This file ').replace(/^(its? )/, 'This file cannot be read: $1');
  return /convert it/.test(said) ? sentence(capital(said)) : `${sentence(capital(said))} ${REMEDY}`;
}

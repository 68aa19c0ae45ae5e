import type { ClipOutcome } from '../../predict/predictClips.ts';
import { formatOutcomes } from '../../predict/text/predictionFormats.ts';
import type { PageClip } from './clip.ts';
import { h } from '../dom.ts';

/** The output of `ser predict --format csv` for these clips; clips without an answer yet are left out. */
export function clipsAsCsv(clips: readonly PageClip[]): string {
  const outcomes = clips.flatMap(({ answer }): ClipOutcome[] =>
    answer ? ['error' in answer ? { file: answer.file, error: answer.error.message } : answer] : [],
  );
  return formatOutcomes(outcomes, 'csv');
}

/** The answers in the server's form. */
export function clipsAsJson(clips: readonly PageClip[]): string {
  return `${JSON.stringify({ results: clips.flatMap(({ answer }) => answer ?? []) }, null, 2)}\n`;
}

/** Offers a text as a download. */
export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

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

/** Offers a file as a download. */
export function download(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Hands a file to the device's own way of sharing, or offers it as a download where there is none. */
export async function share(name: string, content: Blob): Promise<void> {
  const files = [new File([content], name, { type: content.type })];
  const { canShare } = navigator as Partial<Navigator>;
  if (!canShare?.call(navigator, { files })) return download(name, content);
  await navigator.share({ files }).catch((error: Error) => {
    if (error.name !== 'AbortError') download(name, content); // an abort is the user's own
  });
}

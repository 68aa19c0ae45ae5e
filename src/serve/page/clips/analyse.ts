import type { ClipAnswer, ClipFailure } from '../../predict/clipResult.ts';
import type { PageClip } from './clip.ts';
import type { Device } from '../device/device.ts';
import { decodeInBrowser, foreignFormat } from '../device/foreignAudio.ts';
import type { Server } from '../server.ts';

/** The bytes of a recording for the toolkit's decoders, and a note if the browser decoded it. */
export interface Readable {
  bytes: Uint8Array<ArrayBuffer>;
  note?: string;
}

/** @throws {TaskError} `audio` for a format that the browser cannot decode either */
export async function readable(file: Blob): Promise<Readable> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const format = foreignFormat(bytes);
  if (!format) return { bytes };
  const note = `${format} audio, decoded by your browser: another browser may give slightly different samples.`;
  return { bytes: await decodeInBrowser(bytes, format), note };
}

/**
 * Analyses clips in the place chosen for them: one, or several that are of one speaker. Failures are returned as answers, in the order of the
 * clips; only an abort is thrown.
 */
export async function analyse(
  clips: readonly PageClip[],
  { device, server }: { device: Device; server: Server },
  signal: AbortSignal,
): Promise<ClipAnswer[]> {
  const [{ place, choice }] = clips;
  const read = await Promise.all(
    clips.map(({ name, file }) => readable(file).catch((error: Error) => failure(name, error))),
  );
  const recordings = read.flatMap((one, i) =>
    'error' in one ? [] : [{ ...one, file: clips[i].file, name: clips[i].name }],
  );
  const answers = await predict().catch((error: Error) => {
    if (signal.aborted) throw error;
    return recordings.map(({ name }) => failure(name, error));
  });
  return read.map((one): ClipAnswer => {
    if ('error' in one) return one;
    const answer = answers.shift()!;
    if ('error' in answer)
      return { ...answer, error: { ...answer.error, message: withoutName(answer.error.message, answer.file) } };
    return one.note ? { ...answer, warnings: [one.note, ...answer.warnings] } : answer;
  });

  async function predict(): Promise<ClipAnswer[]> {
    if (recordings.length === 0) return [];
    if (place === 'device')
      return device.analyse(
        recordings.map(({ bytes, name }) => ({ bytes, name })),
        choice,
      );
    const files = recordings.map(({ bytes, note, file, name }) => ({ file: note ? new Blob([bytes]) : file, name }));
    return server.predict(files, choice, signal);
  }
}

function failure(name: string, { message, code = 'internal' }: Error & { code?: string }): ClipFailure {
  return { file: name, error: { code, message: withoutName(message, name) } };
}

/** The page shows the name separately. */
function withoutName(message: string, name: string): string {
  return message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;
}

import type { ClipAnswer } from '../../predict/clipResult.ts';
import type { PageClip } from './clip.ts';
import { type Device, TaskError } from '../device/device.ts';
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

/** Analyses a clip in the place chosen for it. Failures are returned as answers; only an abort is thrown. */
export async function analyse(
  { name, file, place, choice }: PageClip,
  { device, server }: { device: Device; server: Server },
  signal: AbortSignal,
): Promise<ClipAnswer> {
  try {
    const { bytes, note } = await readable(file);
    const answer = await (place === 'device'
      ? device.analyse(bytes, name, choice)
      : server.predict(note ? new Blob([bytes]) : file, name, choice, signal));
    if ('error' in answer) throw new TaskError(answer.error);
    if (!note) return answer;
    return { ...answer, warnings: [note, ...answer.warnings] };
  } catch (error) {
    if (signal.aborted) throw error;
    const { code = 'internal', message } = error as Error & { code?: string };
    return { file: name, error: { code, message: withoutName(message, name) } };
  }
}

/** The page shows the name separately. */
function withoutName(message: string, name: string): string {
  return message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;
}

import { adtsFrames } from '../../../data/audio/compressed/aac/adtsFrames.ts';
import { isMp4 } from '../../../data/audio/compressed/mp4/boxes.ts';
import { HEAD_BYTES, holds } from '../../../data/audio/format.ts';
import { formatNames } from '../../../data/audio/formats.ts';
import { encodeWav } from '../../../data/audio/pcm/wav.ts';
import { TaskError } from './device.ts';

/** What the browser is asked to resample to: no voice has more than that holds. */
const RATE = 48_000;

/**
 * Whether a recording is one that the toolkit's decoders leave to the browser: AAC in frames, MP4 or Matroska, and compressed Core Audio.
 * @returns  its name, for people; undefined for all others
 */
export function foreignFormat(bytes: Uint8Array): string | undefined {
  if (adtsFrames(bytes)) return 'AAC';
  if (holds(bytes, 'caff') && (holds(bytes, 'aac ', 28) || holds(bytes, 'alac', 28))) return 'Core Audio';
  // The name of the codec, wherever it stands: a file that only looks like it is read by the browser, which reads most.
  if (isMp4(bytes) && contains(bytes, 'mp4a')) return 'M4A (AAC)';
  return holds(bytes, '\x1a\x45\xdf\xa3') && contains(bytes.subarray(0, HEAD_BYTES), 'A_AAC')
    ? 'Matroska (AAC)'
    : undefined;
}

function contains(bytes: Uint8Array, text: string): boolean {
  const first = text.charCodeAt(0);
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1))
    if (holds(bytes, text, at)) return true;
  return false;
}

/**
 * The recording as a WAV file, decoded by the browser and mixed down to one channel.
 * @throws {TaskError} `audio` if the browser cannot decode it either
 */
export async function decodeInBrowser(
  bytes: Uint8Array<ArrayBuffer>,
  format: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const context = new OfflineAudioContext(1, 1, RATE);
  // A copy: decoding takes the buffer away.
  const audio = await context.decodeAudioData(bytes.slice().buffer).catch(() => {
    const message = `it is ${format} audio, which neither this page nor your browser can decode; ${formatNames()} can be read`;
    throw new TaskError({ code: 'audio', message });
  });
  const mean = new Float32Array(audio.length);
  for (let channel = 0; channel < audio.numberOfChannels; channel++) {
    audio.getChannelData(channel).forEach((sample, i) => (mean[i] += sample / audio.numberOfChannels));
  }
  return encodeWav(mean, audio.sampleRate) as Uint8Array<ArrayBuffer>;
}

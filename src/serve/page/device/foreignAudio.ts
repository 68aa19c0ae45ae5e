import { adtsFrames } from '../../../data/audio/compressed/aac/adtsFrames.ts';
import { isMp4 } from '../../../data/audio/compressed/mp4/boxes.ts';
import { HEAD_BYTES, holds } from '../../../data/audio/format.ts';
import { encodeWav } from '../../../data/audio/pcm/wav.ts';
import { TaskError } from './device.ts';

/** Sample rate requested from the browser in Hz: enough for any voice. */
const RATE = 48_000;

/**
 * The format of a recording that the toolkit's decoders leave to the browser: AAC in frames, MP4 or Matroska, and compressed Core Audio.
 * @returns  its display name; undefined for all other recordings
 */
export function foreignFormat(bytes: Uint8Array): string | undefined {
  if (adtsFrames(bytes)) return 'AAC';
  if (holds(bytes, 'caff') && (holds(bytes, 'aac ', 28) || holds(bytes, 'alac', 28))) return 'Core Audio';
  // The codec's name anywhere in the file: a false match is read by the browser, which can read most files.
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
  // A copy: decoding detaches the buffer.
  const audio = await context.decodeAudioData(bytes.slice().buffer).catch(() => {
    const message = `it is ${format} audio, which neither this page nor your browser can decode`;
    throw new TaskError({ code: 'audio', message });
  });
  const mean = new Float32Array(audio.length);
  for (let channel = 0; channel < audio.numberOfChannels; channel++) {
    audio.getChannelData(channel).forEach((sample, i) => (mean[i] += sample / audio.numberOfChannels));
  }
  return encodeWav(mean, audio.sampleRate) as Uint8Array<ArrayBuffer>;
}

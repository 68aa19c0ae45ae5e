import { formatNames } from '../../data/audio/formats.ts';
import { encodeWav } from '../../data/audio/pcm/wav.ts';
import { TaskError } from './device.ts';

/** What the browser is asked to resample to: no voice has more than that holds. */
const RATE = 48_000;

/** How a file begins, from some byte on, that the toolkit's decoders do not read and a browser may. */
const FOREIGN: readonly [format: string, at: number, beginning: string][] = [
  ['MP4 or M4A', 4, 'ftyp'],
  ['WebM', 0, '\x1a\x45\xdf\xa3'],
  ['Core Audio', 28, 'aac '],
  ['Core Audio', 28, 'alac'],
  ['AAC', 0, '\xff\xf1'],
  ['AAC', 0, '\xff\xf9'],
];

/** Which of those formats it is, told by its bytes; undefined for all others. */
export function foreignFormat(bytes: Uint8Array): string | undefined {
  return FOREIGN.find(([, at, text]) => Array.from(text).every((byte, i) => bytes[at + i] === byte.charCodeAt(0)))?.[0];
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

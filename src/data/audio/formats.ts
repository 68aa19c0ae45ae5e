import { isMp4 } from './compressed/mp4/boxes.ts';
import { adtsFrames } from './compressed/aac/adtsFrames.ts';
import { isAmr } from './compressed/amr/frames.ts';
import { mp3Begins } from './compressed/mp3/header.ts';
import { oggCodec } from './compressed/ogg/codec.ts';
import { type AudioFormat, holds } from './format.ts';

/**
 * Every format that can be read: the one list of their names, file name extensions, media types and decoders. Folders, messages, help,
 * the page and the API use it. If several formats match, the first one decodes.
 */
export const FORMATS: readonly AudioFormat[] = [
  {
    name: 'WAV',
    extensions: ['.wav', '.wave', '.rf64', '.bw64', '.bwf'],
    mimeTypes: ['audio/wav', 'audio/x-wav', 'audio/vnd.wave', 'audio/wave', 'audio/x-pn-wav'],
    matches: (head) => ['RIFF', 'RF64', 'BW64', 'RIFX'].some((tag) => holds(head, tag)),
    decoder: async () => (await import('./pcm/wav.ts')).decodeWav,
  },
  {
    name: 'FLAC',
    extensions: ['.flac'],
    mimeTypes: ['audio/flac', 'audio/x-flac'],
    matches: (head) => holds(head, 'fLaC'),
    decoder: async () => (await import('./compressed/flac/decodeFlac.ts')).decodeFlac,
  },
  {
    name: 'Ogg FLAC',
    extensions: ['.oga', '.ogg'],
    mimeTypes: ['audio/ogg'],
    matches: (head) => oggCodec(head) === 'FLAC',
    decoder: async () => (await import('./compressed/flac/decodeFlac.ts')).decodeOggFlac,
  },
  {
    name: 'Ogg Opus',
    extensions: ['.opus', '.ogg', '.oga'],
    mimeTypes: ['audio/ogg', 'audio/opus', 'application/ogg'],
    matches: (head) => oggCodec(head) === 'Opus',
    decoder: async () => (await import('./compressed/opus/oggOpus.ts')).decodeOggOpus,
  },
  {
    name: 'Ogg Vorbis',
    extensions: ['.ogg', '.oga'],
    mimeTypes: ['audio/ogg', 'application/ogg'],
    matches: (head) => holds(head, 'OggS'), // including damaged files and unknown codecs, which the decoder refuses with a reason
    decoder: async () => (await import('./compressed/ogg/vorbis.ts')).decodeVorbis,
  },
  {
    name: 'M4A',
    extensions: ['.m4a', '.mp4', '.m4b', '.mov', '.3gp', '.3g2', '.m4v', '.qt'],
    mimeTypes: ['audio/mp4', 'audio/x-m4a', 'video/mp4', 'video/quicktime', 'video/3gpp', 'audio/3gpp'],
    matches: isMp4,
    decoder: async () => (await import('./compressed/mp4/mp4.ts')).decodeMp4,
  },
  {
    name: 'WebM',
    extensions: ['.webm', '.weba', '.mka', '.mkv'],
    mimeTypes: ['audio/webm', 'video/webm', 'audio/x-matroska', 'video/x-matroska'],
    matches: (head) => holds(head, '\x1a\x45\xdf\xa3'),
    decoder: async () => (await import('./compressed/webm/webm.ts')).decodeWebm,
  },
  {
    name: 'AMR',
    extensions: ['.amr', '.awb'],
    mimeTypes: ['audio/amr', 'audio/amr-wb', 'audio/3gpp'],
    matches: isAmr,
    decoder: async () => (await import('./compressed/amr/amr.ts')).decodeAmr,
  },
  {
    name: 'AAC',
    extensions: ['.aac'],
    mimeTypes: ['audio/aac', 'audio/aacp', 'audio/x-aac'],
    matches: adtsFrames,
    decoder: async () => (await import('./compressed/aac/adts.ts')).decodeAdts,
  },
  {
    name: 'AIFF',
    extensions: ['.aiff', '.aif', '.aifc'],
    mimeTypes: ['audio/aiff', 'audio/x-aiff'],
    matches: (head) => holds(head, 'FORM') && (holds(head, 'AIFF', 8) || holds(head, 'AIFC', 8)),
    decoder: async () => (await import('./pcm/aiff.ts')).decodeAiff,
  },
  {
    name: 'CAF',
    extensions: ['.caf'],
    mimeTypes: ['audio/x-caf', 'audio/caf'],
    matches: (head) => holds(head, 'caff'),
    decoder: async () => (await import('./pcm/caf.ts')).decodeCaf,
  },
  {
    name: 'AU',
    extensions: ['.au', '.snd'],
    mimeTypes: ['audio/basic', 'audio/au', 'audio/x-au'],
    matches: (head) => holds(head, '.snd') || holds(head, 'dns.'),
    decoder: async () => (await import('./pcm/au.ts')).decodeAu,
  },
  {
    name: 'W64',
    extensions: ['.w64'],
    mimeTypes: ['audio/x-w64', 'audio/w64'],
    matches: (head) => holds(head, 'riff\x2e\x91\xcf\x11'),
    decoder: async () => (await import('./pcm/wave64.ts')).decodeWave64,
  },
  {
    name: 'NIST SPHERE',
    extensions: ['.sph', '.nist'],
    mimeTypes: ['audio/x-nist', 'audio/x-sphere'],
    matches: (head) => holds(head, 'NIST_1'),
    decoder: async () => (await import('./pcm/sphere.ts')).decodeSphere,
  },
  {
    name: 'MP3',
    extensions: ['.mp3', '.mp2'],
    mimeTypes: ['audio/mpeg', 'audio/mp3', 'audio/MPA'],
    matches: mp3Begins, // last, as it searches for frames after any other data
    decoder: async () => (await import('./compressed/mp3/decodeMp3.ts')).decodeMp3,
  },
];

/** Files that stand for audio which has not been fetched, by their beginnings. */
const POINTERS: readonly [name: string, text: string][] = [
  ['a Git LFS pointer, not the audio itself', 'version https://git-lfs'],
  ['a git-annex pointer, not the audio itself', '/annex/objects/'],
];

/** Whether a file is such a pointer. @param head  its beginning */
export const isPointer = (head: Uint8Array): boolean => POINTERS.some(([, text]) => holds(head, text));

/** Other files that are often given by mistake, by their beginnings. */
const FOREIGN: readonly [name: string, text: string, at?: number][] = [...POINTERS];

/** The format of a file. @param head  its beginning, as for `AudioFormat.matches` */
export function formatOf(head: Uint8Array): AudioFormat | undefined {
  return FORMATS.find((format) => format.matches(head));
}

/** The kind of a file in none of the formats, with its article: "a PNG picture". */
export function foreignKind(head: Uint8Array): string {
  return FOREIGN.find(([, text, at]) => holds(head, text, at))?.[0] ?? 'not an audio file of a known format';
}

/** The names in a sentence: "WAV, FLAC and MP3". @param conjunction  before the last one */
export function formatNames(conjunction: 'and' | 'or' = 'and'): string {
  const names = FORMATS.map(({ name }) => name);
  return `${names.slice(0, -1).join(', ')} ${conjunction} ${names.at(-1)}`;
}

/** Whether a file name has the extension of an audio file, in upper or lower case. */
export function hasAudioExtension(name: string): boolean {
  return withoutAudioExtension(name) !== name;
}

/** A file name without its audio extension, if it has one; folders are kept. */
export function withoutAudioExtension(name: string): string {
  const lower = name.toLowerCase();
  const extension = FORMATS.flatMap(({ extensions }) => extensions).find((one) => lower.endsWith(one));
  return extension === undefined ? name : name.slice(0, -extension.length);
}

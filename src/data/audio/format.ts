/** The bytes of a recording, which need not be in memory. */
export interface ByteSource {
  /** Bytes in all. */
  size: number;
  /** `count` bytes from byte `at` on; fewer only where the source ends. What was given before may be overwritten. */
  read(at: number, count: number): Uint8Array | Promise<Uint8Array>;
}

/** A stretch of a recording as it was recorded. */
export interface DecodedBlock {
  /** The samples of each channel, full scale ±1; all of one length. */
  channels: readonly Float32Array[];
  /** Hz, a whole number; the same in all blocks of a recording, as is the number of channels. */
  sampleRate: number;
}

/** How decoders and the reader talk to each other about one file. */
export interface DecodeContext {
  /** A longer recording is refused; decoders may look at it to bound their memory. */
  maxSeconds: number;
  /**
   * Says how long the recording is by its header, before anything is decoded.
   * @throws {SerError} `limit` if that is longer than is allowed
   */
  announce(samples: number, sampleRate: number): void;
  /**
   * Says, once everything that is whole has been given, that the file ends before the recording does. The reader then warns or refuses.
   * @param missing  what is missing, as part of a sentence: "0.42 of 3.40 s are missing"
   * @param little  so little that what is there is worth as much: only `strict` refuses it, however short it is
   */
  cutShort(missing: string, little?: boolean): void;
  /** Says something about the file that people should know and that is no reason to refuse it. A whole sentence. */
  warn(message: string): void;
  /**
   * Decodes AAC, which the toolkit cannot, where the caller has a way to: a program or package that somebody has installed, or the
   * browser itself. It is given the frames alone, each with its ADTS header, whatever they were wrapped in.
   */
  fallback?: Decode;
}

/**
 * Decodes a file of one format, in blocks of bounded size.
 * @throws {SerError} `audio`, without the file's name, for what is damaged or cannot be decoded
 */
export type Decode = (source: ByteSource, context: DecodeContext) => AsyncIterable<DecodedBlock>;

/** A format of audio files. Adding one is a file with its decoder and an entry in `formats.ts`. */
export interface AudioFormat {
  /** As people call it: "FLAC". */
  name: string;
  /** Of files in that format, in lower case, with the dot; the usual one first. */
  extensions: readonly string[];
  /** Media types that browsers and servers give such files; the registered one first. */
  mimeTypes: readonly string[];
  /** Whether a file is one, told by its beginning. @param head  up to `HEAD_BYTES` bytes, without ID3v2 tags in front */
  matches(head: Uint8Array): boolean;
  /** Loads the decoder, when the first such file is met. */
  decoder(): Promise<Decode>;
}

/** Bytes of a file that `matches` looks at. */
export const HEAD_BYTES = 65_536;

/** Blocks hold no more samples than that, all channels together, whatever a header claims. */
export const BLOCK_SAMPLES = 262_144;

/** Whether bytes hold that text (one byte a character) from `at` on. */
export function holds(bytes: Uint8Array, text: string, at = 0): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

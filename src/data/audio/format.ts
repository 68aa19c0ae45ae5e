/** The bytes of a recording, which need not be in memory. */
export interface ByteSource {
  /** Total bytes. */
  size: number;
  /** Reads `count` bytes starting at byte `at`; fewer only at the end of the source. May reuse the buffer of an earlier call. */
  read(at: number, count: number): Uint8Array | Promise<Uint8Array>;
}

/** A block of a recording at its own rate. */
export interface DecodedBlock {
  /** Samples of each channel, full scale ±1; all channels have the same length. */
  channels: readonly Float32Array[];
  /** Hz, an integer; constant within a recording, like the number of channels. */
  sampleRate: number;
}

/** Connects a decoder with the reader of one file. */
export interface DecodeContext {
  /** Limit of the recording's length; decoders may use it to bound their memory. */
  maxSeconds: number;
  /**
   * Reports the length of the recording by its header, before anything is decoded.
   * @throws {SerError} `limit` if it is longer than allowed
   */
  announce(samples: number, sampleRate: number): void;
  /**
   * Reports, after all complete data, that the file ends before the recording does. The reader then warns or refuses.
   * @param missing  the missing part, as part of a sentence: "0.42 of 3.40 s are missing"
   * @param little  whether the loss is negligible: only `strict` refuses it, however short the rest is
   */
  cutShort(missing: string, little?: boolean): void;
  /** Reports a problem that users should know about but that is no reason to refuse the file. A whole sentence. */
  warn(message: string): void;
  /**
   * Decodes AAC, which the toolkit itself cannot, by means of the caller: an installed program or package, or the
   * browser. It receives frames only, each with its ADTS header, whatever their container was.
   */
  fallback?: Decode;
}

/**
 * Decodes a file of one format, in blocks of bounded size.
 * @throws {SerError} `audio`, without the file's name, for data that is damaged or cannot be decoded
 */
export type Decode = (source: ByteSource, context: DecodeContext) => AsyncIterable<DecodedBlock>;

/** A format of audio files. To add one, write its decoder and an entry in `formats.ts`. */
export interface AudioFormat {
  /** Display name: "FLAC". */
  name: string;
  /** File name extensions in lower case, with the dot; the usual one first. */
  extensions: readonly string[];
  /** Media types that browsers and servers use for such files; the registered one first. */
  mimeTypes: readonly string[];
  /** Whether a file has this format, judged by its beginning. @param head  up to `HEAD_BYTES` bytes, after any ID3v2 tags */
  matches(head: Uint8Array): boolean;
  /** Loads the decoder when the first such file is read. */
  decoder(): Promise<Decode>;
}

/** Number of bytes that `matches` examines. */
export const HEAD_BYTES = 65_536;

/** Limit of samples per block, all channels together, whatever a header claims. */
export const BLOCK_SAMPLES = 262_144;

/** Whether bytes contain a text (one byte per character) at `at`. */
export function holds(bytes: Uint8Array, text: string, at = 0): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

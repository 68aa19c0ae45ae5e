import { SerError } from '../../../../error.ts';

/** Reads bits, the most significant first. */
export interface BitReader {
  /** Up to 25 bits. @throws {SerError} `audio` at the end */
  read(count: number): number;
  /** Up to 32 bits, in two's complement. */
  readSigned(count: number): number;
  skip(count: number): void;
  /** Skips to the next byte boundary. */
  align(): void;
  /** A reader at the current position, while this one skips `count` bits. */
  at(count: number): BitReader;
  /** Counts ones up to the next zero, which is consumed too; after `most` ones (up to 25) there is no zero. */
  readOnes(most: number): number;
}

/** @param at  the first bit */
export function createBitReader(bytes: Uint8Array, at = 0): BitReader {
  const total = 8 * bytes.length;
  const check = (count: number): void => {
    if (at + count > total) throw new SerError('audio', 'it is damaged: an ALAC frame that is too short');
  };
  const read = (count: number): number => {
    check(count);
    const byte = at >> 3;
    const word = (bytes[byte] << 24) | (bytes[byte + 1] << 16) | (bytes[byte + 2] << 8) | bytes[byte + 3];
    const value = count === 0 ? 0 : (word << (at & 7)) >>> (32 - count);
    at += count;
    return value;
  };
  const skip = (count: number): void => {
    check(count);
    at += count;
  };
  return {
    read,
    skip,
    readSigned: (count) => {
      const high = read(count - (count >> 1));
      return (((high << (count >> 1)) | read(count >> 1)) << (32 - count)) >> (32 - count);
    },
    align: () => void (at = (at + 7) & ~7),
    at: (count) => {
      const here = createBitReader(bytes, at);
      skip(count);
      return here;
    },
    readOnes: (most) => {
      const byte = at >> 3;
      const word = (bytes[byte] << 24) | (bytes[byte + 1] << 16) | (bytes[byte + 2] << 8) | bytes[byte + 3];
      const ones = Math.min(most, Math.clz32(~(word << (at & 7))));
      skip(ones < most ? ones + 1 : most);
      return ones;
    },
  };
}

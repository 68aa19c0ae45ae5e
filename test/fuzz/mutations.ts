import type { Random } from '../../src/random.ts';

/** Numbers that sizes and counts in a file are set to. */
const EXTREMES = [0, 1, -1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x7fffff00];
const INTERESTING_BYTES = [0, 1, 0x7f, 0x80, 0xfe, 0xff];

/**
 * A damaged copy: one to four of bits flipped, bytes and runs overwritten, numbers set to extremes, parts cut out, repeated,
 * exchanged or brought in from another file, and the end cut off.
 * @param others  files to splice with, of the same kind
 */
export function mutateBytes(seed: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(seed);
  for (let steps = 1 + random.integer(4); steps > 0; steps--) {
    bytes = OPERATIONS[random.integer(OPERATIONS.length)](bytes, others, random);
  }
  return bytes;
}

type Operation = (bytes: Uint8Array, others: readonly Uint8Array[], random: Random) => Uint8Array;

const OPERATIONS: readonly Operation[] = [
  // Flips a bit.
  (bytes, _, random) => changed(bytes, (at) => (bytes[at] ^= 1 << random.integer(8)), random),
  // Sets a byte; near the beginning, where headers are, as often as elsewhere.
  (bytes, _, random) => changed(bytes.subarray(0, 64), (at) => (bytes[at] = pick(INTERESTING_BYTES, random)), random) && bytes, // prettier-ignore
  (bytes, _, random) => changed(bytes, (at) => (bytes[at] = random.integer(256)), random),
  // Overwrites a run.
  (bytes, _, random) => {
    const [from, to] = part(bytes, random, 64);
    const value = random.integer(2) ? pick(INTERESTING_BYTES, random) : undefined;
    for (let at = from; at < to; at++) bytes[at] = value ?? random.integer(256);
    return bytes;
  },
  // Sets a number of two, four or eight bytes to an extreme, or close to the size of the file.
  (bytes, _, random) => {
    const width = [2, 4, 4, 8][random.integer(4)];
    if (bytes.length < width) return bytes;
    const value = random.integer(4) ? pick(EXTREMES, random) : bytes.length + random.integer(64) - 32;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const at = random.integer(2) ? random.integer(bytes.length - width + 1) : Math.min(4 * random.integer(32), bytes.length - width); // prettier-ignore
    const little = random.integer(2) === 0;
    if (width === 2) view.setUint16(at, value, little);
    else if (width === 4) view.setUint32(at, value, little);
    else view.setBigInt64(at, BigInt(value), little);
    return bytes;
  },
  // Cuts off the end.
  (bytes, _, random) => bytes.slice(0, random.integer(bytes.length + 1)),
  // Cuts out a part.
  (bytes, _, random) => {
    const [from, to] = part(bytes, random);
    return joined(bytes.subarray(0, from), bytes.subarray(to));
  },
  // Repeats a part.
  (bytes, _, random) => {
    const [from, to] = part(bytes, random, 4096);
    return joined(bytes.subarray(0, to), bytes.subarray(from, to), bytes.subarray(to));
  },
  // Brings in random bytes.
  (bytes, _, random) => {
    const at = random.integer(bytes.length + 1);
    const more = Uint8Array.from({ length: 1 + random.integer(200) }, () => random.integer(256));
    return joined(bytes.subarray(0, at), more, bytes.subarray(at));
  },
  // The beginning of this file and the end of another.
  (bytes, others, random) => {
    const other = pick(others, random);
    return joined(
      bytes.subarray(0, random.integer(bytes.length + 1)),
      other.subarray(random.integer(other.length + 1)),
    );
  },
  // Cuts out, repeats or exchanges chunks: what lies from one tag of four letters to the next.
  (bytes, _, random) => {
    const tags = tagsOf(bytes);
    if (tags.length < 3) return bytes;
    const first = random.integer(tags.length - 2);
    const [a, b, c] = [tags[first], tags[first + 1], tags[first + 2]];
    const [before, one, two, after] = [
      bytes.subarray(0, a),
      bytes.subarray(a, b),
      bytes.subarray(b, c),
      bytes.subarray(c),
    ];
    switch (random.integer(3)) {
      case 0:
        return joined(before, two, after);
      case 1:
        return joined(before, one, one, two, after);
      default:
        return joined(before, two, one, after);
    }
  },
];

/** As `mutateBytes`; every second Ogg file gets checksums that fit, so that damage reaches the decoder behind them. */
export function mutateRecording(seed: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  const bytes = mutateBytes(seed, others, random);
  if (random.integer(2) === 0) sealPages(bytes);
  return bytes;
}

/** Sets the checksum of every page of an Ogg file: polynomial 0x04c11db7 (RFC 3533). */
function sealPages(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + 27 <= bytes.length && view.getUint32(at) === 0x4f676753;) {
    const lengths = bytes.subarray(at + 27, at + 27 + bytes[at + 26]);
    const end = at + 27 + lengths.length + lengths.reduce((sum, length) => sum + length, 0);
    view.setUint32(at + 22, 0);
    let sum = 0;
    for (const byte of bytes.subarray(at, end)) {
      sum ^= byte << 24;
      for (let bit = 0; bit < 8; bit++) sum = sum < 0 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
    }
    view.setUint32(at + 22, sum, true);
    at = end;
  }
}

function changed(bytes: Uint8Array, change: (at: number) => unknown, random: Random): Uint8Array {
  if (bytes.length > 0) change(random.integer(bytes.length));
  return bytes;
}

function part(bytes: Uint8Array, random: Random, longest = bytes.length): [from: number, to: number] {
  const from = random.integer(bytes.length + 1);
  return [from, Math.min(bytes.length, from + 1 + random.integer(Math.max(1, longest)))];
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Where four letters, digits or blanks in a row begin. */
function tagsOf(bytes: Uint8Array): number[] {
  const tags: number[] = [];
  for (const { index } of Buffer.from(bytes)
    .toString('latin1')
    .matchAll(/[A-Za-z][A-Za-z0-9 ]{3}/g))
    tags.push(index);
  return tags;
}

export function pick<T>(items: readonly T[], random: Random): T {
  return items[random.integer(items.length)];
}

import type { ByteSource } from '../format.ts';

const WINDOW = 65_536;

/** The same source, read in blocks of 64 KiB: for walks over many small headers. */
export function windowed(source: ByteSource): ByteSource {
  let start = 0;
  let held = new Uint8Array(0);
  const from = (at: number, count: number): Uint8Array => held.subarray(at - start, at - start + count);
  return {
    size: source.size,
    read: (at, count) => {
      const end = Math.min(at + count, source.size);
      if (at >= start && end <= start + held.length) return from(at, count);
      if (count > WINDOW / 2) return source.read(at, count);
      return (async () => {
        // A copy: the source may reuse its buffer.
        held = (await source.read(at, WINDOW)).slice();
        start = at;
        return from(at, count);
      })();
    },
  };
}

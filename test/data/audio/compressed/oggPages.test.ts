import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readOggLinks } from '../../../../src/data/audio/compressed/ogg/pages.ts';

const tone = new Uint8Array(readFileSync(new URL('../../../fixtures/audio/tone.ogg', import.meta.url)));
const LAST_GRANULE = 8000;

/** Where the pages of a file begin, and where it ends. */
function pageStarts(bytes: Uint8Array): number[] {
  const starts: number[] = [];
  let at = 0;
  while (at < bytes.length) {
    starts.push(at);
    const segments = bytes.subarray(at + 27, at + 27 + bytes[at + 26]);
    at = segments.reduce((sum, size) => sum + size, at + 27 + segments.length);
  }
  return [...starts, bytes.length];
}

const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const sizes = (bytes: Uint8Array): number[][][] =>
  readOggLinks(bytes).map((link) => link.map(({ packets }) => packets.map((packet) => packet.bytes.length)));

describe('an Ogg file', () => {
  test('is one stream of packets; the last one carries the count of samples', () => {
    const [[stream], ...others] = readOggLinks(tone);
    expect(others).toEqual([]);
    expect(stream.complete).toBe(true);
    expect(stream.packets).toHaveLength(22);
    expect(Buffer.from(stream.packets[0].bytes).toString('latin1', 0, 7)).toBe('\x01vorbis');
    expect(stream.packets.at(-1)).toMatchObject({ granule: LAST_GRANULE, afterGap: false });
  });

  test('twice, one behind the other, is two links', () => {
    expect(sizes(join(tone, tone))).toEqual([...sizes(tone), ...sizes(tone)]);
  });

  test.each([
    ['zeros', new Uint8Array(4000)],
    ['an ID3 tag', new Uint8Array(Buffer.from('TAG'.padEnd(128, ' ')))],
    ['the beginning of a page', tone.subarray(0, 40)],
  ])('is read with %s behind its last page, and with another file behind that', (_name, junk) => {
    expect(sizes(join(tone, junk))).toEqual(sizes(tone));
    expect(sizes(join(tone, junk, tone))).toEqual([...sizes(tone), ...sizes(tone)]);
  });

  test('that is cut short is not complete', () => {
    for (const missing of [1, 500, 1500]) {
      const [[stream]] = readOggLinks(tone.subarray(0, -missing));
      expect(stream.complete).toBe(false);
      expect(stream.packets.length).toBeLessThan(22);
    }
  });

  test('with a wrong byte in any page is damaged', () => {
    for (const start of pageStarts(tone).slice(0, -1)) {
      for (const offset of [6, 24, 40]) {
        const bytes = tone.slice();
        bytes[start + offset] ^= 8;
        expect(() => readOggLinks(bytes)).toThrow(`the Ogg page at byte ${start} does not match its checksum`);
      }
    }
  });

  test('with bytes that are missing between pages, or too many, is damaged', () => {
    const at = pageStarts(tone)[1];
    expect(() => readOggLinks(join(tone.subarray(0, at), tone.subarray(at + 9)))).toThrow(/no Ogg page begins at byte/);
    expect(() => readOggLinks(join(tone.subarray(0, at), new Uint8Array(9), tone.subarray(at)))).toThrow(/damaged/);
  });

  test('without one of its pages has a gap', () => {
    const [, from, to] = pageStarts(tone);
    const [[{ packets }]] = readOggLinks(join(tone.subarray(0, from), tone.subarray(to)));
    expect(packets.findIndex(({ afterGap }) => afterGap)).toBe(1);
    expect(packets.filter(({ afterGap }) => afterGap)).toHaveLength(1);
  });

  test('of nothing but what looks like pages is refused soon', () => {
    const page = new Uint8Array(300).fill(255, 26);
    page.set(Buffer.from('OggS'));
    const bytes = join(...Array.from({ length: 4000 }, () => page));
    const start = performance.now();
    expect(() => readOggLinks(bytes)).toThrow(/damaged/);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

import { SerError } from '../../../../error.ts';
import { holds } from '../../format.ts';
import { joinBytes } from '../../source.ts';

/** A packet of a logical stream. */
export interface OggPacket {
  bytes: Uint8Array;
  /** Granule position (the codec's count of samples so far) of the page on which it ends, if it is the last packet to end there. */
  granule?: number;
  /** Whether pages are missing directly before it. */
  afterGap: boolean;
}

/** A logical stream: the output of one encoder. */
export interface OggStream {
  packets: OggPacket[];
  /** Whether its last page is present, marked as such; otherwise the file is cut short. */
  complete: boolean;
}

/** Streams that play at the same time. A chained file has several such links, one after the other. */
export type OggLink = OggStream[];

/** Bytes of a page before its segment table. */
const HEADER = 27;

/**
 * Splits an Ogg file into the packets of its streams. Anything after the last page (tags, zeros) is skipped.
 * Source: RFC 3533.
 * @returns  the links in order, with their streams in the order of their beginnings
 * @throws {SerError} `audio` if a page does not match its checksum, or there is something else between two pages
 */
export function readOggLinks(bytes: Uint8Array): OggLink[] {
  const links: OggLink[] = [];
  let open = new Map<number, OpenStream>();
  let headersGoOn = false; // all streams of a link begin before any of them continues
  for (let at = 0; at < bytes.length;) {
    const page = readPage(bytes, at);
    if (!page?.fits) {
      const next = findPage(bytes, at + 1);
      const goesOn = links.length === 0 || [...open.values()].some(({ stream }) => !stream.complete);
      if (goesOn && page)
        throw new SerError('audio', `it is damaged: the Ogg page at byte ${at} does not match its checksum`);
      if (goesOn && next) throw new SerError('audio', `it is damaged: no Ogg page begins at byte ${at}`);
      if (next === undefined) break;
      at = next;
      continue;
    }
    if (page.begins) {
      if (!headersGoOn) [open, headersGoOn] = [new Map(), links.push([]) > 0];
      const stream: OggStream = { packets: [], complete: false };
      links.at(-1)!.push(stream);
      open.set(page.serial, { stream, sequence: page.sequence, parts: [], afterGap: false });
    } else headersGoOn = false;
    const target = open.get(page.serial);
    if (target) addPage(target, page);
    at = page.end;
  }
  return links;
}

interface Page {
  continued: boolean;
  begins: boolean;
  ends: boolean;
  granule: number;
  serial: number;
  sequence: number;
  /** Sizes of the segments; a packet ends with the first one below 255. */
  segments: Uint8Array;
  body: Uint8Array;
  /** Position of the next page. */
  end: number;
  /** Whether its checksum matches. */
  fits: boolean;
}

interface OpenStream {
  stream: OggStream;
  /** Number of the next page. */
  sequence: number;
  /** Parts of the packet that continues on the next page. */
  parts: Uint8Array[];
  afterGap: boolean;
}

/** The page at byte `at`; undefined if there is no complete page. */
function readPage(bytes: Uint8Array, at: number): Page | undefined {
  if (!holds(bytes, 'OggS', at) || at + HEADER > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  const segments = bytes.subarray(at + HEADER, at + HEADER + bytes[at + 26]);
  const start = at + HEADER + bytes[at + 26];
  const end = segments.reduce((sum, size) => sum + size, start);
  if (end > bytes.length) return undefined;
  const flags = bytes[at + 5];
  return {
    continued: (flags & 1) !== 0,
    begins: (flags & 2) !== 0,
    ends: (flags & 4) !== 0,
    granule: Number(view.getBigInt64(6, true)),
    serial: view.getUint32(14, true),
    sequence: view.getUint32(18, true),
    segments,
    body: bytes.subarray(start, end),
    end,
    fits: pageChecksum(bytes.subarray(at, end)) === view.getUint32(22, true),
  };
}

/** Limit of checksums computed in a search for a page, so that no file keeps it busy for long. */
const MOST_PAGES_TRIED = 1000;

/** Position of the next complete page. */
function findPage(bytes: Uint8Array, from: number): number | undefined {
  let tried = 0;
  for (let at = bytes.indexOf(0x4f, from); at >= 0 && tried < MOST_PAGES_TRIED; at = bytes.indexOf(0x4f, at + 1)) {
    const page = readPage(bytes, at);
    if (page?.fits) return at;
    if (page) tried++;
  }
  return undefined;
}

function addPage(target: OpenStream, { continued, ends, granule, sequence, segments, body }: Page): void {
  const { stream } = target;
  if (sequence !== target.sequence || continued !== target.parts.length > 0) {
    target.afterGap ||= sequence !== target.sequence || target.parts.length > 0;
    target.parts = [];
  }
  let dropped = continued && target.parts.length === 0; // the rest of a packet whose beginning is missing
  let last: OggPacket | undefined;
  for (let segment = 0, from = 0, to = 0; segment < segments.length; segment++) {
    to += segments[segment];
    const whole = segments[segment] < 255;
    if (!whole && segment < segments.length - 1) continue;
    if (!dropped) target.parts.push(body.subarray(from, to));
    if (whole) {
      if (!dropped) {
        last = { bytes: joinBytes(target.parts), afterGap: target.afterGap };
        stream.packets.push(last);
        target.afterGap = false;
      }
      dropped = false;
      target.parts = [];
    }
    from = to;
  }
  if (last && granule >= 0) last.granule = granule;
  target.sequence = (sequence + 1) >>> 0;
  stream.complete ||= ends;
}

/** CRC with the polynomial 0x04c11db7, most significant bit first, of a page with its own checksum (bytes 22 to 25) set to 0. */
function pageChecksum(page: Uint8Array): number {
  let crc = 0;
  for (let i = 0; i < page.length; i++) {
    const byte = i >= 22 && i < 26 ? 0 : page[i];
    crc = (crc << 8) ^ CRC_TABLE[(crc >>> 24) ^ byte];
  }
  return crc >>> 0;
}

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  return crc;
});

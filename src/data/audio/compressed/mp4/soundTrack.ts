import { SerError } from '../../../../error.ts';
import type { PcmLayout, Track } from '../track.ts';
import { boxAt, boxesIn, viewOf } from './boxes.ts';

/** A part of a track to play, in units of the track. */
export interface Edit {
  start: number;
  /** Infinity: to the end. */
  end: number;
}

/** The sound track of an MP4 or QuickTime file. */
export interface Mp4Track extends Track {
  id: number;
  /** Units per second. */
  timescale: number;
  /** In those units, from its header; 0 if unknown. */
  duration: number;
  /** Empty if the file has no edit list. */
  edits: Edit[];
  table: Uint8Array;
}

const fail = (message: string): never => {
  throw new SerError('audio', message);
};

/** More edits than any real file has. */
const MOST_EDITS = 1000;

/**
 * The first sound track of a file. @param moov  the content of its `moov` box
 * @throws {SerError} `audio` if there is none, or it cannot be read
 */
export function soundTrackOf(moov: Uint8Array): Mp4Track {
  const tracks = [...boxesIn(moov)].filter(({ type }) => type === 'trak').map(({ body }) => body);
  const track = tracks.find((one) => {
    const handler = boxAt(one, 'mdia/hdlr');
    return handler && String.fromCharCode(...handler.subarray(8, 12)) === 'soun';
  });
  if (!track) return fail('it is an MP4 file without sound');
  const header = boxAt(track, 'mdia/mdhd');
  const table = boxAt(track, 'mdia/minf/stbl');
  const kinds = table && boxAt(table, 'stsd');
  const trackHeader = boxAt(track, 'tkhd');
  if (
    !header ||
    !table ||
    !kinds ||
    kinds.length < 16 ||
    header.length < 24 ||
    !trackHeader ||
    trackHeader.length < 24
  ) {
    return fail('it is damaged: its sound track has no description');
  }
  const view = viewOf(header);
  const long = header[0] === 1 && header.length >= 32;
  const timescale = view.getUint32(long ? 20 : 12);
  if (timescale === 0) fail('it is damaged: its sound track has no units of time');
  const duration = long ? Number(view.getBigUint64(24)) : view.getUint32(16);
  const entry = [...boxesIn(kinds.subarray(8))][0];
  if (!entry) return fail('it is damaged: its sound track has no description');
  return {
    ...describe(entry.type, entry.body),
    id: viewOf(trackHeader).getUint32(trackHeader[0] === 1 ? 20 : 12),
    timescale,
    duration: duration === 0xffffffff || duration > Number.MAX_SAFE_INTEGER ? 0 : duration,
    edits: readEdits(moov, track, timescale),
    table,
  };
}

function readEdits(moov: Uint8Array, track: Uint8Array, timescale: number): Edit[] {
  const list = boxAt(track, 'edts/elst');
  const movie = boxAt(moov, 'mvhd');
  if (!list || list.length < 8 || !movie || movie.length < 24) return [];
  const movieScale = viewOf(movie).getUint32(movie[0] === 1 ? 20 : 12);
  const view = viewOf(list);
  const wide = list[0] === 1;
  const width = wide ? 20 : 12;
  const edits: Edit[] = [];
  const count = Math.min(view.getUint32(4), Math.floor((list.length - 8) / width));
  if (count > MOST_EDITS) fail(`it is cut from ${count} parts; ${MOST_EDITS} can be read`);
  for (let i = 0; i < count; i++) {
    const at = 8 + i * width;
    const duration = wide ? Number(view.getBigUint64(at)) : view.getUint32(at);
    const start = wide ? Number(view.getBigInt64(at + 8)) : view.getInt32(at + 4);
    // A negative start is a pause at the beginning, which other programs leave out too.
    if (start < 0 || (duration > 0 && movieScale === 0)) continue;
    edits.push({ start, end: duration === 0 ? Infinity : start + Math.round((duration * timescale) / movieScale) });
  }
  return edits;
}

/** Layouts of the plain PCM codecs, by the type of their sample entry. */
const PCM: Record<string, PcmLayout> = {
  'raw ': { encoding: 'integer', bits: 8, bigEndian: false },
  sowt: { encoding: 'integer', bits: 16, bigEndian: false },
  twos: { encoding: 'integer', bits: 16, bigEndian: true },
  in24: { encoding: 'integer', bits: 24, bigEndian: true },
  in32: { encoding: 'integer', bits: 32, bigEndian: true },
  fl32: { encoding: 'float', bits: 32, bigEndian: true },
  fl64: { encoding: 'float', bits: 64, bigEndian: true },
  ulaw: { encoding: 'µ-law', bits: 8, bigEndian: false },
  alaw: { encoding: 'A-law', bits: 8, bigEndian: false },
};

const OTHERS: Record<string, string> = {
  'ac-3': 'AC-3',
  'ec-3': 'E-AC-3',
  dtsc: 'DTS',
  ima4: 'IMA ADPCM',
  enca: 'encrypted',
  drms: 'encrypted',
  QDM2: 'QDesign',
  mha1: 'MPEG-H',
};

/** Bytes of a sample entry before its boxes, by its version: ISO and QuickTime 0, 1 and 2. */
const ENTRY_BYTES = [28, 44, 64];

function describe(type: string, entry: Uint8Array): Track {
  const view = viewOf(entry);
  const version = entry.length < 28 ? fail('it is damaged: its sound track has no description') : view.getUint16(8);
  const header = ENTRY_BYTES[version] ?? 28;
  if (entry.length < header) fail('it is damaged: its sound track has no description');
  const second = version === 2;
  const track = {
    channels: second ? view.getUint32(40) : view.getUint16(16),
    sampleRate: second ? Math.round(view.getFloat64(32)) : view.getUint16(24),
  };
  // QuickTime wraps the codec's own boxes in one.
  const own = entry.subarray(header);
  const box = (name: string): Uint8Array | undefined => boxAt(own, name) ?? boxAt(own, `wave/${name}`);
  const needed = (name: string): Uint8Array =>
    box(name) ?? fail(`it is damaged: its sound track has no "${name}" box, which its decoder needs`);

  if (type === 'mp4a') return { ...track, ...describeMpeg(needed('esds')) };
  if (type === '.mp3' || type === 'ms\0U') return { ...track, codec: 'MP3', config: new Uint8Array() };
  if (type === 'Opus') return { ...track, codec: 'Opus', config: opusHead(needed('dOps')) };
  if (type === 'alac') return { ...track, codec: 'ALAC', config: needed('alac').subarray(4) };
  if (type === 'fLaC') return { ...track, codec: 'FLAC', config: needed('dfLa').subarray(8, 42) };
  if (type === 'samr') return { ...track, codec: 'AMR', config: new Uint8Array() };
  if (type === 'sawb') return { ...track, codec: 'AMR-WB', config: new Uint8Array() };
  const pcm = pcmLayout(type, view, second, box);
  if (pcm) return { ...track, codec: 'PCM', config: new Uint8Array(), pcm };
  const name = OTHERS[type] ?? `"${type.trim()}"`;
  return fail(`its sound is ${name}, which cannot be read; convert it to WAV`);
}

function pcmLayout(
  type: string,
  view: DataView,
  second: boolean,
  box: (name: string) => Uint8Array | undefined,
): PcmLayout | undefined {
  if (type === 'lpcm' && second) {
    const flags = view.getUint32(52);
    return { encoding: flags & 1 ? 'float' : 'integer', bits: view.getUint32(48), bigEndian: (flags & 2) !== 0 };
  }
  if (type === 'ipcm' || type === 'fpcm') {
    const config = box('pcmC');
    if (!config || config.length < 6) return undefined;
    return { encoding: type === 'fpcm' ? 'float' : 'integer', bits: config[5], bigEndian: (config[4] & 1) === 0 };
  }
  const layout = PCM[type];
  if (!layout) return undefined;
  const bits = type === 'sowt' || type === 'twos' ? view.getUint16(18) : layout.bits;
  return { ...layout, bits, bigEndian: layout.bigEndian && box('enda')?.[1] !== 1 };
}

/** Reads the descriptors of an `esds` box (ISO/IEC 14496-1, 7.2.6). */
function describeMpeg(esds: Uint8Array): Pick<Track, 'codec' | 'config'> {
  let at = 4;
  let kind = 0;
  let config = new Uint8Array();
  while (at + 2 <= esds.length) {
    const tag = esds[at++];
    let size = 0;
    for (let more = true, i = 0; more && i < 4 && at < esds.length; i++) {
      size = size * 128 + (esds[at] & 127);
      more = (esds[at++] & 128) !== 0;
    }
    if (tag === 3) {
      const flags = esds[at + 2] ?? 0;
      at += 3 + (flags & 128 ? 2 : 0) + (flags & 64 ? 1 + (esds[at + 3] ?? 0) : 0) + (flags & 32 ? 2 : 0);
    } else if (tag === 4) {
      kind = esds[at] ?? 0;
      at += 13;
    } else {
      if (tag === 5) config = esds.slice(at, at + size);
      at += size;
    }
  }
  if (kind === 0x69 || kind === 0x6b) return { codec: 'MP3', config };
  if (kind === 0x40 || (kind >= 0x66 && kind <= 0x68)) return { codec: 'AAC', config };
  return fail(`its sound is of a kind that cannot be read (0x${kind.toString(16)}); convert it to WAV`);
}

/** The header as in Ogg: little-endian. @param box  `dOps`, big-endian, version 0 */
function opusHead(box: Uint8Array): Uint8Array {
  if (box.length < 11) return fail('its Opus header is cut short');
  const head = box.slice();
  const [from, to] = [viewOf(box), viewOf(head)];
  to.setUint16(2, from.getUint16(2), true);
  to.setUint32(4, from.getUint32(4), true);
  to.setInt16(8, from.getInt16(8), true);
  return head;
}

import { SerError } from '../../../../error.ts';
import { boxAt, boxesIn, viewOf } from './boxes.ts';
import type { Sample } from './sampleTable.ts';

/** Properties of a fragment's samples, unless it states others. */
export interface FragmentDefaults {
  duration: number;
  size: number;
}

/** The defaults of a track, from the `trex` boxes of `moov/mvex`. */
export function fragmentDefaults(moov: Uint8Array, track: number): FragmentDefaults {
  for (const { type, body } of boxesIn(boxAt(moov, 'mvex') ?? new Uint8Array())) {
    if (type !== 'trex' || body.length < 24 || viewOf(body).getUint32(4) !== track) continue;
    return { duration: viewOf(body).getUint32(12), size: viewOf(body).getUint32(16) };
  }
  return { duration: 0, size: 0 };
}

/**
 * The samples of a track in a `moof` box.
 * Source: ISO/IEC 14496-12, 8.8.
 * @param at  position of the box in the file
 * @param start  time of its first sample
 * @throws {SerError} `audio` if it contradicts itself
 */
export function* fragmentSamples(
  moof: Uint8Array,
  at: number,
  track: number,
  defaults: FragmentDefaults,
  start: number,
): Generator<Sample> {
  let time = start;
  for (const { type, body } of boxesIn(moof)) {
    if (type !== 'traf') continue;
    const header = boxAt(body, 'tfhd');
    if (!header || header.length < 8) throw new SerError('audio', 'it is damaged: a fragment without its header');
    const view = viewOf(header);
    if (view.getUint32(4) !== track) continue;
    const fields = fieldReader(header, 8);
    const flags = view.getUint32(0);
    const base = flags & 0x01 ? fields.wide() : at;
    if (flags & 0x02) fields.next();
    const duration = flags & 0x08 ? fields.next() : defaults.duration;
    const size = flags & 0x10 ? fields.next() : defaults.size;
    let offset = base;
    for (const { type: part, body: run } of boxesIn(body)) {
      if (part !== 'trun') continue;
      const rows = fieldReader(run, 4);
      const runFlags = rows.flags;
      const count = rows.next();
      if (runFlags & 0x01) offset = base + (rows.next() | 0);
      if (runFlags & 0x04) rows.next();
      const width = [0x100, 0x200, 0x400, 0x800].reduce((sum, flag) => sum + (runFlags & flag ? 4 : 0), 0);
      if (width === 0 && size === 0) continue;
      for (let i = 0; i < count; i++) {
        const own = runFlags & 0x100 ? rows.next() : duration;
        const bytes = runFlags & 0x200 ? rows.next() : size;
        if (runFlags & 0x400) rows.next();
        if (runFlags & 0x800) rows.next();
        yield { at: offset, size: bytes, time, duration: own };
        offset += bytes;
        time += own;
      }
    }
  }
}

/** Reads the fields of a box in order, after its version and flags. */
function fieldReader(body: Uint8Array, from: number) {
  const view = viewOf(body);
  let at = from;
  const take = (count: number): number => {
    if (at + count > body.length) throw new SerError('audio', 'it is damaged: a fragment that is too short');
    at += count;
    return at - count;
  };
  return {
    flags: body.length < 4 ? 0 : view.getUint32(0) & 0xffffff,
    next: (): number => view.getUint32(take(4)),
    wide: (): number => Number(view.getBigUint64(take(8))),
  };
}

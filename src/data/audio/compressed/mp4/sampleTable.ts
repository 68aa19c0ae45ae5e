import { SerError } from '../../../../error.ts';
import { boxAt, viewOf } from './boxes.ts';

/** Position and time of a packet. */
export interface Sample {
  at: number;
  size: number;
  /** In units of the track. */
  time: number;
  duration: number;
}

/**
 * The samples of a track from the tables of its `stbl` box, in order.
 * Source: ISO/IEC 14496-12, 8.6 and 8.7.
 * @param frameSize  for PCM, bytes per sample of all channels: each chunk is then one packet
 * @throws {SerError} `audio` if the tables contradict each other
 */
export function* samplesOf(table: Uint8Array, frameSize?: number): Generator<Sample> {
  const fail = (): never => {
    throw new SerError('audio', 'it is damaged: the tables of its sound track contradict each other');
  };
  const box = (type: string, header: number): DataView | undefined => {
    const body = boxAt(table, type);
    if (body && body.length < header) fail();
    return body && viewOf(body);
  };
  const rows = (view: DataView, header: number, width: number): number => {
    const count = view.getUint32(header - 4);
    return header + count * width > view.byteLength ? fail() : count;
  };
  const chunks = box('stco', 8) ?? box('co64', 8) ?? fail();
  const wide = !boxAt(table, 'stco');
  const times = box('stts', 8) ?? fail();
  const runs = box('stsc', 8) ?? fail();
  const sizes = box('stsz', 12);
  const compact = sizes ? undefined : (box('stz2', 12) ?? fail());

  const chunkCount = rows(chunks, 8, wide ? 8 : 4);
  const [timeRows, runRows] = [rows(times, 8, 8), rows(runs, 8, 12)];
  const sameSize = sizes?.getUint32(4) ?? 0;
  const sampleCount = (sizes ?? compact)!.getUint32(8);
  const fieldBits = compact ? compact.getUint32(4) & 255 : 32;
  if (![4, 8, 16, 32].includes(fieldBits)) fail();
  if (sameSize === 0 && 12 + (sampleCount * fieldBits) / 8 > (sizes ?? compact)!.byteLength) fail();
  const sizeOf = (sample: number): number => {
    if (sizes) return sameSize || sizes.getUint32(12 + 4 * sample);
    if (fieldBits === 4) return (compact!.getUint8(12 + (sample >> 1)) >> (sample & 1 ? 0 : 4)) & 15;
    return fieldBits === 8 ? compact!.getUint8(12 + sample) : compact!.getUint16(12 + 2 * sample);
  };

  let [sample, time, timeRow, timeLeft, run] = [0, 0, -1, 0, 0];
  const nextDuration = (): number => {
    while (timeLeft === 0 && timeRow + 1 < timeRows) timeLeft = times.getUint32(8 + 8 * ++timeRow);
    if (timeLeft > 0) timeLeft--;
    return timeRow < 0 ? 0 : times.getUint32(12 + 8 * timeRow);
  };
  for (let chunk = 0; chunk < chunkCount && sample < sampleCount; chunk++) {
    while (run + 1 < runRows && runs.getUint32(8 + 12 * (run + 1)) <= chunk + 1) run++;
    const inChunk = runRows === 0 ? 0 : Math.min(runs.getUint32(12 + 12 * run), sampleCount - sample);
    let at = wide ? Number(chunks.getBigUint64(8 + 8 * chunk)) : chunks.getUint32(8 + 4 * chunk);
    if (frameSize) {
      yield { at, size: inChunk * frameSize, time, duration: inChunk };
      time += inChunk;
      sample += inChunk;
      continue;
    }
    for (let i = 0; i < inChunk; i++) {
      const size = sizeOf(sample++);
      const duration = nextDuration();
      yield { at, size, time, duration };
      at += size;
      time += duration;
    }
  }
}

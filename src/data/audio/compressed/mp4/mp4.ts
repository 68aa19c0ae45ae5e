import { SerError } from '../../../../error.ts';
import type { ByteSource, DecodeContext, DecodedBlock } from '../../format.ts';
import { OPUS_RATE, readOpusHead } from '../opus/head.ts';
import { decodeTrack } from '../track.ts';
import { trimBlocks } from '../trim.ts';
import { windowed } from '../window.ts';
import { topBoxes } from './boxes.ts';
import { fragmentDefaults, fragmentSamples } from './fragments.ts';
import { type Sample, samplesOf } from './sampleTable.ts';
import { type Edit, type Mp4Track, soundTrackOf } from './soundTrack.ts';

/** Limit of `moov` and `moof` boxes; an hour of sound takes less than one. */
const MOST_BYTES = 64 * 2 ** 20;

/** Limit of the bytes that the tables of a file refer to, present or cut off: more than a day of the largest sound. */
const MOST_DECLARED = 2 ** 36;

/** Limit of how often its bytes may be read, as edits may repeat them and overlap. */
const MOST_REPEATS = 20;

/** Seconds to decode before an edit, as decoders need a run-up. */
const RUN_UP = 1;

/**
 * Decodes the sound of an MP4, M4A, 3GP or QuickTime file as its edit list plays it. As in ffmpeg, the first packet
 * is cut to the sample and the last one is kept whole.
 * Source: ISO/IEC 14496-12, and the QuickTime file format.
 * @throws {SerError} `audio` if it is damaged, or its codec cannot be decoded
 */
export async function* decodeMp4(source: ByteSource, context: DecodeContext): AsyncGenerator<DecodedBlock> {
  const { track, samples, fragmented } = await readSamples(source);
  const { timescale } = track;
  const edits = editsOf(track, fragmented).map((edit) => ({
    edit,
    samples: samples.filter((sample) => sounds(sample, edit, timescale)),
  }));
  const length = edits.reduce((sum, { edit, samples: parts }) => {
    const last = parts.at(-1);
    return last ? sum + Math.min(edit.end, last.time + last.duration) - edit.start : sum;
  }, 0);
  context.announce(Math.max(0, length), timescale);

  // Checked before any decoding: a table may refer to the same bytes again and again.
  const present = samples.filter(({ at, size }) => at + size <= source.size);
  if (present.reduce((sum, { size }) => sum + size, 0) > source.size) {
    throw new SerError('audio', 'it is damaged: its tables refer to more bytes than it has');
  }
  const read = edits.flatMap(({ samples: parts }) => parts).reduce((sum, { size }) => sum + size, 0);
  if (read > MOST_REPEATS * source.size) throw new SerError('audio', 'it is damaged: its edits repeat it too often');
  for (const { edit, samples: parts } of edits) {
    const packets: Uint8Array[] = [];
    for (const { at, size } of parts) {
      if (at + size > source.size) break;
      // A copy: the source may reuse its buffer.
      if (size > 0) packets.push((await source.read(at, size)).slice());
    }
    if (packets.length === 0) continue;
    const skip = Math.max(0, edit.start - parts[0].time);
    yield* trimBlocks(decodeTrack(track, packets, context), (rate) => Math.round((skip * rate) / timescale));
  }
  const lost = samples.filter(({ at, size }) => at + size > source.size);
  if (lost.length > 0) {
    const seconds = (parts: readonly Sample[]) => parts.reduce((sum, { duration }) => sum + duration, 0) / timescale;
    context.cutShort(`${seconds(lost).toFixed(2)} of ${seconds(samples).toFixed(2)} s are missing`);
  }
}

/** The parts to play: all of a file in fragments, as in ffmpeg, except what Opus drops. */
function editsOf({ codec, config, timescale, edits }: Mp4Track, fragmented: boolean): Edit[] {
  if (!fragmented && edits.length > 0) return edits;
  const skip = codec === 'Opus' ? readOpusHead(config).preSkip / OPUS_RATE : 0;
  return [{ start: Math.round(skip * timescale), end: Infinity }];
}

/** Whether a sample has to be decoded for an edit. */
function sounds({ time }: Sample, { start, end }: Edit, timescale: number): boolean {
  return time >= start - RUN_UP * timescale && time < end;
}

async function readSamples(source: ByteSource): Promise<{ track: Mp4Track; samples: Sample[]; fragmented: boolean }> {
  const small = windowed(source);
  let track: Mp4Track | undefined;
  let defaults = { duration: 0, size: 0 };
  const samples: Sample[] = [];
  let size = 0;
  let fragmented = false;
  const add = (more: Iterable<Sample>): void => {
    for (const sample of more) {
      samples.push(sample);
      size += sample.size;
      // No sound takes as little as one byte per sample for long; no list of samples is longer than the file.
      if (samples.length > source.size || size > MOST_DECLARED) {
        throw new SerError('audio', 'it is damaged: its tables refer to more bytes than it has');
      }
    }
  };
  for await (const { type, at, start, end } of topBoxes(small)) {
    if (type !== 'moov' && type !== 'moof') continue;
    if (end > source.size) {
      if (type === 'moof') break;
      throw new SerError('audio', 'it is cut short within the box that locates its sound (moov)');
    }
    if (end - start > MOST_BYTES) throw new SerError('audio', `it is damaged: a "${type}" box of ${end - start} bytes`);
    const body = (await source.read(start, end - start)).slice();
    if (type === 'moov') {
      if (track) continue;
      track = soundTrackOf(body);
      defaults = fragmentDefaults(body, track.id);
      add(samplesOf(track.table, track.pcm && (track.channels * track.pcm.bits) / 8));
    } else if (track) {
      const last = samples.at(-1);
      fragmented = true;
      add(fragmentSamples(body, at, track.id, defaults, last ? last.time + last.duration : 0));
    }
  }
  if (!track) {
    throw new SerError(
      'audio',
      'it is an MP4 file without the box that locates its sound (moov), as after an interrupted recording',
    );
  }
  return { track, samples, fragmented };
}

import { type Gender, GENDERS } from '../../../data/clip.ts';
import type { VoiceCorpus } from '../voices/voices.ts';
import type { VoiceFrames } from '../voices/voiceTables.ts';
import { SerError } from '../../../error.ts';
import { LOG_MEL, subtractTimeMean } from '../../../features/sets/logMel.ts';
import type { Random } from '../../../random.ts';
import { disturb, maskPatches } from '../voices/disturb.ts';

/** Clips processed together, all cut to the same length. */
export interface Batch {
  /** Clips × frames × 80, without the time mean. */
  x: Float32Array;
  /** Index of each clip's gender in `GENDERS`. */
  y: Uint8Array;
  frames: number;
}

export interface BatchOptions {
  /** Approximate total frames of all clips: the work per step. */
  rows: number;
  /** Lengths in frames, one of which is drawn for each batch. */
  lengths: readonly number[];
  /** Share of the clips as recorded; the others are altered copies, where a clip has some. */
  recorded: number;
  /** Sampling weight of each corpus. LibriSpeech's many speakers are more representative than EmoDB's few. */
  shares: Readonly<Record<VoiceCorpus, number>>;
}

export const BATCH_DEFAULTS: BatchOptions = {
  rows: 4608,
  lengths: [84, 132, 192, 252],
  recorded: 0.5,
  shares: { ravdess: 0.2, librispeech: 0.3, emodb: 0.1, 'crema-d': 0.25, speechocean762: 0.15 },
};

/** Frames quieter than the loudest by more than this (natural logarithm of the power: 35 dB) are silence. */
const SILENCE = 8;

/** A clip, and the part of it that contains speech. */
interface Speech {
  values: Float32Array;
  /** First and last frame that are not silent. */
  from: number;
  to: number;
}

/** A speaker's clips as recorded, and their altered copies. */
interface Versions {
  recorded: Speech[];
  altered: Speech[];
}

type Draw = (random: Random) => Speech;

/**
 * Returns batches that depend only on their random numbers. Corpus and speaker are drawn before the clip, so that none outweighs
 * the others; both genders have half of a batch.
 * @throws {SerError} `corpus` if a corpus has one gender only
 */
export function createBatches(
  rows: readonly VoiceFrames[],
  options: Partial<BatchOptions> = {},
): (random: Random) => Batch {
  const { rows: framesOfAll, lengths, recorded, shares } = { ...BATCH_DEFAULTS, ...options };
  const draw = drawSpeech(rows, shares, recorded);
  const { mels } = LOG_MEL;
  return (random) => {
    const frames = lengths[random.integer(lengths.length)];
    const clips = 2 * Math.round(framesOfAll / frames / 2);
    const x = new Float32Array(clips * frames * mels);
    const y = Uint8Array.from({ length: clips }, (_, i) => i % 2);
    y.forEach((gender, clip) => {
      const data = x.subarray(clip * frames * mels, (clip + 1) * frames * mels);
      cutPiece(draw[GENDERS[gender]](random), random, data);
      disturb(data, random);
      subtractTimeMean({ data, frames, bins: mels });
      maskPatches(data, random);
    });
    return { x, y, frames };
  };
}

function drawSpeech(
  rows: readonly VoiceFrames[],
  shares: BatchOptions['shares'],
  recorded: number,
): Record<Gender, Draw> {
  const corpora = [...new Set(rows.map(({ corpus }) => corpus))];
  const total = corpora.reduce((sum, corpus) => sum + shares[corpus], 0);
  const drawOf = (gender: Gender): Draw => {
    const byCorpus = corpora.map((corpus) => {
      const bySpeaker = new Map<string, Versions>();
      for (const row of rows) {
        if (row.corpus !== corpus || row.gender !== gender) continue;
        const versions = bySpeaker.get(row.speaker) ?? { recorded: [], altered: [] };
        versions[row.copy === 0 ? 'recorded' : 'altered'].push(findSpeech(row));
        bySpeaker.set(row.speaker, versions);
      }
      if (bySpeaker.size === 0) throw new SerError('corpus', `${corpus} has no ${gender} voice for training.`);
      return [...bySpeaker.values()];
    });
    return (random) => {
      let at = random.uniform() * total;
      const corpus = corpora.findIndex((name) => (at -= shares[name]) < 0);
      const speakers = byCorpus.at(corpus)!;
      const versions = speakers[random.integer(speakers.length)];
      const isAltered = versions.altered.length > 0 && random.uniform() >= recorded;
      const speeches = isAltered ? versions.altered : versions.recorded;
      return speeches[random.integer(speeches.length)];
    };
  };
  return { male: drawOf('male'), female: drawOf('female') };
}

function findSpeech({ values }: VoiceFrames): Speech {
  const { mels } = LOG_MEL;
  const loudness = Float32Array.from({ length: values.length / mels }, (_, t) => {
    let power = 0;
    // Every fourth band is sufficient.
    for (let i = t * mels, end = i + mels; i < end; i += 4) power += Math.exp(values[i]);
    return Math.log(power);
  });
  const least = loudness.reduce((a, b) => Math.max(a, b)) - SILENCE;
  return {
    values,
    from: loudness.findIndex((value) => value >= least),
    to: loudness.findLastIndex((value) => value >= least),
  };
}

/** Fills `piece` from a position at which most of it is speech, if the clip has enough; a shorter clip is repeated. */
function cutPiece({ values, from, to }: Speech, random: Random, piece: Float32Array): void {
  const { mels } = LOG_MEL;
  const [length, frames] = [piece.length / mels, values.length / mels];
  const first = Math.round(random.between(from - 0.3 * length, Math.max(from, to - 0.7 * length)));
  const begin = frames > length ? Math.max(0, Math.min(first, frames - length)) : random.integer(frames);
  for (let t = 0; t < length; t++) {
    const source = ((begin + t) % frames) * mels;
    piece.set(values.subarray(source, source + mels), t * mels);
  }
}

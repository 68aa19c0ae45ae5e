import type { Frames } from '../../features/types.ts';
import type { OpenOnnx } from '../../onnx/session.ts';
import { GIVEN_STAGES, type StageName } from './layers.ts';
import { melFrames } from './melFrames.ts';
import { openEmbeddingNetwork, type StageFrames } from './network.ts';
import type { FindVoice } from './findVoice.ts';
import { VOICE } from './voice.ts';

export interface SpeechEncoder {
  /**
   * The frames of every stage for the voice in a recording, independent of its level and of silence around the voice.
   * @param signal  mono, 16 kHz, of any length and level
   * @throws {SerError} `audio` for an empty signal or one with NaN or infinite samples
   */
  encode(signal: Float32Array): Promise<StageFrames>;
  /** The same, with the voice that was cut out (`voiceOf`). @throws {SerError} likewise */
  encodeVoice(signal: Float32Array): Promise<{ stages: StageFrames; voice: Float32Array }>;
  /** Frees the network's memory; the detector stays open. */
  close(): Promise<void>;
}

/** Mel frames on which one frame of the last output depends. */
const REACH = GIVEN_STAGES.at(-1)!.reach;

/** Mel frames between frames of the coarsest stage. */
const STEP = GIVEN_STAGES.at(-1)!.hop;

/** Mel frames per part, 41 s: the amount that passes through the network at once. */
const PART = 4096;

/** Mel frames between the starts of parts, so that no frame of any stage is lost. */
const PART_STEP = PART - Math.ceil(REACH / STEP) * STEP + STEP;

/**
 * Opens the encoder for any number of signals.
 * @param bytes  of models/speech-embedding/embedding.onnx
 * @param open  `openInNode` or `openInBrowser`
 * @param findVoice  from `voiceFinder`
 * @param origin  name of the file in messages
 * @throws {SerError} `model` if the file is damaged or of another format
 */
export async function openSpeechEncoder(
  bytes: Uint8Array,
  open: OpenOnnx,
  findVoice: FindVoice,
  origin = 'embedding.onnx',
): Promise<SpeechEncoder> {
  const network = await openEmbeddingNetwork(bytes, open, origin);
  const encodeVoice: SpeechEncoder['encodeVoice'] = async (signal) => {
    const own = await findVoice(signal);
    const mel = melFrames(own, VOICE.range);
    const parts: StageFrames[] = [];
    for (let from = 0, isLast = false; !isLast; from += PART_STEP) {
      isLast = mel.frames < from + PART_STEP + REACH;
      parts.push(await network.run(rows(mel, from, isLast ? mel.frames : from + PART)));
    }
    const stages = GIVEN_STAGES.map(({ name, hop }) => [name, joinParts(parts, name, PART_STEP / hop)] as const);
    return { stages: Object.fromEntries(stages) as StageFrames, voice: own };
  };
  return {
    encodeVoice,
    encode: async (signal) => (await encodeVoice(signal)).stages,
    close: () => network.close(),
  };
}

type FloatFrames = Frames & { data: Float32Array };

const rows = ({ data, bins }: FloatFrames, from: number, to: number): FloatFrames => ({
  data: data.subarray(from * bins, to * bins),
  frames: to - from,
  bins,
});

/** @param step  frames of the stage between the starts of parts; overlapping frames are kept once */
function joinParts(parts: readonly StageFrames[], name: StageName, step: number): FloatFrames {
  if (parts.length === 1) return parts[0][name];
  const last = parts.at(-1)![name];
  const { bins } = last;
  const frames = (parts.length - 1) * step + last.frames;
  const data = new Float32Array(frames * bins);
  parts.forEach((part, i) => data.set(part[name].data, i * step * bins));
  return { data, frames, bins };
}

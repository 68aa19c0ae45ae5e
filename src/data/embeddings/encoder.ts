import { checkSignal } from '../../features/checkSignal.ts';
import { SAMPLE_RATE, type Frames } from '../../features/types.ts';
import type { OpenOnnx } from '../../onnx/session.ts';
import type { SpeechDetector } from '../speech/detector.ts';
import { speechSpans } from '../speech/spans.ts';
import { GIVEN_STAGES, MEL_FRAMES, type StageName } from './layers.ts';
import { melFrames } from './melFrames.ts';
import { openEmbeddingNetwork, type StageFrames } from './network.ts';
import { voiceOf } from './voice.ts';

export interface SpeechEncoder {
  /** SHA-256 of the network: what a model that was trained on its frames remembers. */
  sha256: string;
  /**
   * The frames of every stage for the voice in a recording. Neither its level nor silence around the voice changes them.
   * @param signal  mono, 16 kHz, of any length and level
   * @throws {SerError} `audio` for an empty signal or one with NaN or infinite samples
   */
  encode(signal: Float32Array): Promise<StageFrames>;
  /** Frees the network's memory; the detector stays open. */
  close(): Promise<void>;
}

/** Mel frames that the last output is made of, and the samples that give them. */
const REACH = GIVEN_STAGES.at(-1)!.reach;
const LEAST_SAMPLES = MEL_FRAMES.nFft + (REACH - 1) * MEL_FRAMES.hop;

/** Mel frames from one frame of the coarsest stage to the next. */
const STEP = GIVEN_STAGES.at(-1)!.hop;

/** Mel frames of a part, 41 s: what goes through the network at once. */
const PART = 4096;

/** Mel frames from the start of a part to that of the next, so that no frame of any stage is left out. */
const PART_STEP = PART - Math.ceil(REACH / STEP) * STEP + STEP;

/**
 * Opens the encoder, to be used for many signals.
 * @param bytes  of models/speech-embedding/embedding.onnx
 * @param open  `openInNode` or `openInBrowser`
 * @param detector  finds the voice
 * @param origin  what to call the file in messages
 * @throws {SerError} `model` if the file is damaged or of another make
 */
export async function openSpeechEncoder(
  bytes: Uint8Array,
  open: OpenOnnx,
  detector: SpeechDetector,
  origin = 'embedding.onnx',
): Promise<SpeechEncoder> {
  const network = await openEmbeddingNetwork(bytes, open, origin);
  return {
    sha256: network.sha256,
    async encode(signal) {
      checkSignal(signal);
      const spans = speechSpans(await detector.probabilities(signal), signal.length / SAMPLE_RATE);
      const mel = melFrames(voiceOf(signal, spans, LEAST_SAMPLES));
      const parts: StageFrames[] = [];
      for (let from = 0, isLast = false; !isLast; from += PART_STEP) {
        isLast = mel.frames < from + PART_STEP + REACH;
        parts.push(await network.run(rows(mel, from, isLast ? mel.frames : from + PART)));
      }
      const stages = GIVEN_STAGES.map(({ name, hop }) => [name, joinParts(parts, name, PART_STEP / hop)] as const);
      return Object.fromEntries(stages) as StageFrames;
    },
    close: () => network.close(),
  };
}

type FloatFrames = Frames & { data: Float32Array };

const rows = ({ data, bins }: FloatFrames, from: number, to: number): FloatFrames => ({
  data: data.subarray(from * bins, to * bins),
  frames: to - from,
  bins,
});

/** @param step  frames of the stage from the start of a part to that of the next; what parts have in common is taken once */
function joinParts(parts: readonly StageFrames[], name: StageName, step: number): FloatFrames {
  if (parts.length === 1) return parts[0][name];
  const last = parts.at(-1)![name];
  const { bins } = last;
  const frames = (parts.length - 1) * step + last.frames;
  const data = new Float32Array(frames * bins);
  parts.forEach((part, i) => data.set(part[name].data, i * step * bins));
  return { data, frames, bins };
}

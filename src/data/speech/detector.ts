import { joinSamples } from '../../features/join.ts';
import type { ModelMetadata } from '../../onnx/model.ts';
import type { OpenOnnx } from '../../onnx/session.ts';
import { conditionedWindows, heldLevelOf, listened } from './conditions.ts';
import { createLiveSpeech, type LiveSpeech } from './live.ts';
import { openSpeechNetwork, type SpeechNetwork, type SpeechState } from './network.ts';
import { SPEECH_FRAME } from './windows.ts';

/** Samples per part, 33 s: each part is scaled to one level and processed in one run. */
const PART = 1024 * SPEECH_FRAME.samples;

export interface SpeechDetector {
  metadata: ModelMetadata;
  /**
   * The probability of speech in each frame of 32 ms; the last frame may be incomplete.
   * @param signal  mono, 16 kHz, of any length and level
   * @throws {SerError} `audio` for samples that are not finite
   */
  probabilities(signal: Float32Array): Promise<Float32Array>;
  /** The same for a recording that arrives in blocks, in bounded memory. One block at a time. */
  stream(): SpeechStream;
  /** For sound that is still being heard: the probabilities of each quarter of a second as soon as it is there, in constant memory. */
  live(): LiveSpeech;
  /** Frees the network's memory. */
  close(): Promise<void>;
}

export interface SpeechStream {
  /** @param samples  mono, 16 kHz, any number */
  push(samples: Float32Array): Promise<void>;
  /** @returns the probabilities of all frames */
  end(): Promise<Float32Array>;
}

/**
 * Opens a speech detector, Silero VAD, for any number of signals; see `speechSpans` for the use of its probabilities.
 * @param bytes  of models/speech/speech.onnx
 * @param open  `openInNode` or `openInBrowser`
 * @param origin  name of the file in messages
 * @throws {SerError} `model` if the file is damaged or of another format
 */
export async function openSpeechDetector(
  bytes: Uint8Array,
  open: OpenOnnx,
  origin = 'speech.onnx',
): Promise<SpeechDetector> {
  const network = await openSpeechNetwork(bytes, open, origin);
  const begin = await listened(network);
  return {
    metadata: network.metadata,
    async probabilities(signal) {
      const stream = createStream(network, begin, Math.min(signal.length, 2 * PART));
      await stream.push(signal);
      return stream.end();
    },
    stream: () => createStream(network, begin),
    live: () => createLiveSpeech(network, begin),
    close: () => network.close(),
  };
}

/** @param room  capacity in waiting samples: two parts, or fewer if no more will come */
function createStream(network: SpeechNetwork, begin: SpeechState, room = 2 * PART): SpeechStream {
  // A part is processed once another whole one has followed, so that the remainder can be split into two parts of equal length.
  const waiting = new Float32Array(room);
  let filled = 0;
  let judged = 0;
  let before = new Float32Array(0);
  let state = begin;
  const found: Float32Array[] = [];

  async function judge(part: Float32Array): Promise<void> {
    const windows = conditionedWindows(part, before, judged, heldLevelOf(part, before));
    const result = await network.run(windows, state);
    state = result.state;
    found.push(result.probabilities);
    before = part.slice(-SPEECH_FRAME.context - 1);
    judged += part.length;
  }

  return {
    async push(samples) {
      for (let taken = 0; taken < samples.length;) {
        if (filled === waiting.length) {
          await judge(waiting.subarray(0, PART));
          waiting.copyWithin(0, PART);
          filled = PART;
        }
        const block = samples.subarray(taken, taken + waiting.length - filled);
        waiting.set(block, filled);
        filled += block.length;
        taken += block.length;
      }
    },
    async end() {
      const { samples } = SPEECH_FRAME;
      const half = filled > PART ? Math.ceil(filled / 2 / samples) * samples : filled;
      if (half > 0) await judge(waiting.subarray(0, half));
      if (filled > half) await judge(waiting.subarray(half, filled));
      return joinSamples(found);
    },
  };
}

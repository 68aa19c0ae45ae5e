import { joinSamples } from '../../features/join.ts';
import type { ModelMetadata } from '../../onnx/model.ts';
import type { OpenOnnx } from '../../onnx/session.ts';
import { createRandom } from '../../random.ts';
import { heldLevel } from './level.ts';
import { INITIAL_STATE, openSpeechNetwork, type SpeechNetwork, type SpeechState } from './network.ts';
import { SPEECH_FRAME, speechWindows } from './windows.ts';
import { memoize } from '../../memoize.ts';

/**
 * Conditioning of the network's input: high frequencies are raised (y[n] = x[n] − emphasis · x[n − 1]), the held level of each
 * part is scaled to `level`, and a floor of white noise is added, relative to that level. So the result depends neither on the gain of a
 * recording nor on hum and offset, and sounds free of any noise, which the network was never trained on, are judged as they would be
 * in a room. Values chosen on recordings and sounds; see docs/speech.md.
 */
const CONDITIONS = { emphasis: 0.9, level: 0.45, floor: 0.12 } as const;

/** Level below which a signal counts as silent: −120 dB re full scale, a thirtieth of the smallest step of 16 bits. */
const SILENCE = 1e-6;

/** Samples of the noise floor that precede a recording: about a second. */
const LISTENING = 31 * SPEECH_FRAME.samples;

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
    const windows = conditionedWindows(part, before, judged);
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

/** The network's state after a second of the noise floor, as before speech that begins later. */
async function listened(network: SpeechNetwork): Promise<SpeechState> {
  const silence = new Float32Array(LISTENING);
  return (await network.run(conditionedWindows(silence, silence.subarray(0, 0), -LISTENING), INITIAL_STATE)).state;
}

/**
 * @param part  of a recording
 * @param before  the preceding samples, one more than a frame's context; empty at the beginning, where only the floor precedes
 * @param start  position of the part in the recording
 */
function conditionedWindows(part: Float32Array, before: Float32Array, start: number): Float32Array {
  const { context } = SPEECH_FRAME;
  const emphasised = new Float32Array(context + part.length);
  for (let i = 1; i < before.length; i++) emphasised[i - 1] = before[i] - CONDITIONS.emphasis * before[i - 1];
  let previous = before.length > 0 ? before[context] : part[0];
  let sum = 0;
  for (let i = 0; i < part.length; i++) {
    const value = part[i] - CONDITIONS.emphasis * previous;
    previous = part[i];
    sum += value;
    emphasised[context + i] = value;
  }
  const mean = sum / part.length;
  const level = heldLevel(emphasised.subarray(context), mean);
  const gain = level > SILENCE ? CONDITIONS.level / level : 0;
  const noise = floorNoise();
  const beginning = before.length > 0 ? 0 : context;
  let at = (LISTENING + start + noise.length - context) % noise.length;
  for (let i = 0; i < emphasised.length; i++) {
    emphasised[i] = noise[at] + (i < beginning ? 0 : gain * (emphasised[i] - mean));
    if (++at === noise.length) at = 0;
  }
  return speechWindows(emphasised.subarray(context), emphasised.subarray(0, context));
}

/** One second of the noise floor, used repeatedly. */
const floorNoise = memoize((): Float32Array => {
  const random = createRandom('floor of speech detection');
  const deviation = CONDITIONS.level * CONDITIONS.floor;
  return Float32Array.from({ length: SPEECH_FRAME.sampleRate }, () => deviation * random.normal());
});

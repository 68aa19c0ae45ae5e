import { joinSamples } from '../../features/join.ts';
import { conditionedWindows, levelsOf } from './conditions.ts';
import { HELD, heldLevel } from './level.ts';
import type { SpeechNetwork, SpeechState } from './network.ts';
import { SPEECH_FRAME } from './windows.ts';

/** Frames that are judged together, 0.26 s. */
const STEP = 8;

/** Passages of which the loudest sets the level: those of the last 33 s, as in a part of a recording. */
const REMEMBERED = 1024;

/** Speech detection in sound that is still being heard. One call at a time. */
export interface LiveSpeech {
  /**
   * @param samples  mono, 16 kHz, any number
   * @returns the probabilities of the frames that are complete by now, a quarter of a second at a time
   * @throws {SerError} `audio` for samples that are not finite
   */
  push(samples: Float32Array): Promise<Float32Array>;
  /** The probabilities of the remaining frames, of which the last may be incomplete. */
  end(): Promise<Float32Array>;
}

/**
 * Like a stream of the detector, without knowing what comes: sound is scaled by the loudest passage of the last half a minute instead of
 * that of the part of a recording that it lies in. The same whatever the size of the blocks.
 * @param begin  the network's state before the sound
 */
export function createLiveSpeech(network: SpeechNetwork, begin: SpeechState): LiveSpeech {
  const step = STEP * SPEECH_FRAME.samples;
  const waiting = new Float32Array(step);
  let filled = 0;
  let judged = 0;
  let before = new Float32Array(0);
  let state = begin;
  /** Levels of the last frames, and of the passages before them. */
  let levels: number[] = [];
  let passages: number[] = [];

  async function judge(part: Float32Array): Promise<Float32Array> {
    levels.push(...levelsOf(part, before));
    for (let to = HELD; to <= levels.length; to++) passages.push(heldLevel(levels.slice(to - HELD, to)));
    const level = passages.length > 0 ? Math.max(...passages) : heldLevel(levels);
    levels = levels.slice(-HELD + 1);
    passages = passages.slice(-REMEMBERED);
    const result = await network.run(conditionedWindows(part, before, judged, level), state);
    state = result.state;
    before = part.slice(-SPEECH_FRAME.context - 1);
    judged = (judged + part.length) % SPEECH_FRAME.sampleRate; // the noise floor repeats every second
    return result.probabilities;
  }

  return {
    async push(samples) {
      const found: Float32Array[] = [];
      for (let taken = 0; taken < samples.length;) {
        const block = samples.subarray(taken, taken + step - filled);
        waiting.set(block, filled);
        filled += block.length;
        taken += block.length;
        if (filled < step) break;
        filled = 0;
        found.push(await judge(waiting));
      }
      return joinSamples(found);
    },
    async end() {
      const rest = filled > 0 ? await judge(waiting.subarray(0, filled)) : new Float32Array(0);
      filled = 0;
      return rest;
    },
  };
}

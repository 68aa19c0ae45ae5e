import { memoize } from '../../memoize.ts';
import { createRandom } from '../../random.ts';
import { frameLevels, heldLevel } from './level.ts';
import { INITIAL_STATE, type SpeechNetwork, type SpeechState } from './network.ts';
import { SPEECH_FRAME, speechWindows } from './windows.ts';

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

/** The network's state after a second of the noise floor, as before speech that begins later. */
export async function listened(network: SpeechNetwork): Promise<SpeechState> {
  const silence = new Float32Array(LISTENING);
  return (await network.run(conditionedWindows(silence, silence.subarray(0, 0), -LISTENING, 0), INITIAL_STATE)).state;
}

/**
 * @param part  of a recording
 * @param before  the preceding samples, one more than a frame's context; empty at the beginning, where only the floor precedes
 * @param start  position of the part in the recording
 * @param level  the held level, which is scaled to that of `CONDITIONS`
 */
export function conditionedWindows(
  part: Float32Array,
  before: Float32Array,
  start: number,
  level: number,
): Float32Array {
  const { context } = SPEECH_FRAME;
  const { emphasised, mean } = emphasise(part, before);
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

/** The held level of a part with its high frequencies raised. @throws {SerError} `audio` as `heldLevel` */
export const heldLevelOf = (part: Float32Array, before: Float32Array): number => heldLevel(levelsOf(part, before));

/** The level of each frame of a part with its high frequencies raised. */
export function levelsOf(part: Float32Array, before: Float32Array): number[] {
  const { emphasised, mean } = emphasise(part, before);
  return frameLevels(emphasised.subarray(SPEECH_FRAME.context), mean);
}

/** The context and the part, with high frequencies raised, and the mean of the part. */
function emphasise(part: Float32Array, before: Float32Array): { emphasised: Float32Array; mean: number } {
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
  return { emphasised, mean: sum / part.length };
}

/** One second of the noise floor, used repeatedly. */
const floorNoise = memoize((): Float32Array => {
  const random = createRandom('floor of speech detection');
  const deviation = CONDITIONS.level * CONDITIONS.floor;
  return Float32Array.from({ length: SPEECH_FRAME.sampleRate }, () => deviation * random.normal());
});

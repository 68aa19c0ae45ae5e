import { expectArgument, isObject } from '../../messages/arguments.ts';
import { SerError } from '../../error.ts';
import { joinSamples } from '../../features/join.ts';
import { type BlockResampler, createBlockResampler } from '../../features/resample/resampleBlocks.ts';
import { SAMPLE_RATE } from '../../features/types.ts';
import type { Span } from '../../features/windows.ts';
import { type ByteSource, type Decode, type DecodeContext, type DecodedBlock, HEAD_BYTES } from './format.ts';
import { foreignKind, formatNames, formatOf } from './formats.ts';
import { createInspection, type Inspection } from './inspect.ts';
import type { SpeechDetector } from '../speech/detector.ts';
import { speechProbabilities } from '../speech/probabilities.ts';
import { speechSpans } from '../speech/spans.ts';
import { bytesSource, sourceFrom, tagBytes } from './source.ts';

export interface ReadOptions {
  /** Limit of the recording's length in seconds, by its header or its samples. Default: an hour. */
  maxSeconds?: number;
  /** Whether to refuse a recording that is cut short rather than read what is there with a warning. Default false. */
  strict?: boolean;
  /** Decoder of AAC, which the toolkit itself lacks: `DecodeContext.fallback`. Default: none. */
  fallback?: Decode;
  /** Whether it is analysed utterance by utterance, so that its length is no reason for a warning. Default false. */
  inPieces?: boolean;
  /** Detector of speech. Default: none. */
  speech?: Pick<SpeechDetector, 'probabilities' | 'stream'>;
}

/** Properties of a recording besides its samples. */
export interface RecordingFacts {
  /** Name of its format: "FLAC". */
  format: string;
  /** Hz, as recorded. */
  sampleRate: number;
  /** Number of channels, which were mixed to one. */
  channels: number;
  seconds: number;
  /** Reasons to be careful with a prediction, as sentences; empty for a good recording. */
  warnings: string[];
  /** Spans of speech, empty if there is none; undefined without a detector. */
  speech?: Span[];
}

/** A recording as the feature sets expect it. */
export interface Recording extends RecordingFacts {
  /** Mono, 16 kHz, full scale ±1. */
  signal: Float32Array;
}

/** A decoded recording at the rate at which it was recorded, mixed down to one channel. */
export interface Audio extends RecordingFacts {
  /** Mean of the channels, full scale ±1. */
  samples: Float32Array;
}

/** Length below which the rest of a truncated recording is not worth analysing. */
const LEAST_SECONDS = 1;

/**
 * Reads a recording of any format in `FORMATS`, recognised by its bytes, never by its name. Runs in Node, Deno and the browser.
 * @param source  the bytes of a whole file, or a source that reads them
 * @param name  used in error messages
 * @throws {SerError} `audio` for data that cannot be decoded, is damaged or empty; `limit` if it is longer than `maxSeconds`
 * @example
 * const bytes = encodeWav(new Float32Array(48_000).fill(0.1), 48_000);
 * const { signal, format, channels } = await readRecording(bytes, 'clip.wav');
 * [signal.length, format, channels] // → [16000, 'WAV', 1]
 */
export async function readRecording(
  source: ByteSource | Uint8Array,
  name = 'audio',
  options: ReadOptions = {},
): Promise<Recording> {
  const { speech, inPieces, ...others } = options;
  const { parts, facts } = await collect(signalBlocks(source, name, others));
  const signal = joinSamples(parts);
  const probabilities = speech && (() => speechProbabilities(speech, signal));
  return { signal, ...(await finished(facts, name, probabilities, inPieces)) };
}

/**
 * Like `readRecording`, block by block, in bounded memory: only the current block of WAV and similar formats is held; of others
 * the whole compressed file.
 * @returns  blocks of any length, mono, 16 kHz, full scale ±1; within 1e-6 of `resample` of the whole. Finally the facts
 * @throws {SerError} likewise; damage or excessive length may be detected only after the first blocks have been returned
 */
export async function* streamRecording(
  source: ByteSource | Uint8Array,
  name = 'audio',
  options: ReadOptions = {},
): AsyncGenerator<Float32Array, RecordingFacts> {
  const speech = options.speech?.stream();
  const blocks = signalBlocks(source, name, options);
  for (;;) {
    const next = await blocks.next();
    if (next.done) return finished(next.value, name, speech && (() => speech.end()), options.inPieces);
    await speech?.push(next.value);
    yield next.value;
  }
}

interface Unfinished {
  facts: RecordingFacts;
  inspection: Inspection;
}

/** The facts, completed with the spans of speech. */
async function finished(
  { facts, inspection }: Unfinished,
  name: string,
  probabilities: (() => Promise<Float32Array>) | undefined,
  inPieces = false,
): Promise<RecordingFacts> {
  try {
    const speech = probabilities && speechSpans(await probabilities(), facts.seconds);
    const warnings = [...facts.warnings, ...inspection.warnings(speech, inPieces)];
    return { ...facts, warnings, ...(speech && { speech }) };
  } catch (error) {
    throw named(error, name);
  }
}

async function* signalBlocks(
  source: ByteSource | Uint8Array,
  name: string,
  options: ReadOptions,
): AsyncGenerator<Float32Array, Unfinished> {
  let resampler: BlockResampler | undefined;
  const inspection = createInspection();
  const inspected = (signal: Float32Array): Float32Array => {
    inspection.pushSignal(signal);
    return signal;
  };
  const blocks = decodeBlocks(source, name, inspection, options);
  for (;;) {
    const next = await blocks.next();
    if (next.done) {
      if (resampler) yield inspected(resampler.end());
      return { facts: next.value, inspection };
    }
    const { block, mean } = next.value;
    resampler ??= createBlockResampler(block.sampleRate, SAMPLE_RATE);
    for (const signal of resampler.push(mean)) yield inspected(signal);
  }
}

/**
 * Decodes a recording at its own rate. Its warnings concern the file only, not its sound.
 * @throws {SerError} as `readRecording`
 * @example
 * const bytes = encodeWav(new Float32Array(48_000).fill(0.5), 48_000);
 * const { samples, sampleRate } = await decodeAudio(bytes, 'clip.wav');
 * [samples.length, samples[0], sampleRate] // → [48000, 0.5, 48000]
 */
export async function decodeAudio(
  source: ByteSource | Uint8Array,
  name = 'audio',
  options: ReadOptions = {},
): Promise<Audio> {
  const isSource = source instanceof Uint8Array || (isObject(source) && typeof source.read === 'function');
  expectArgument(isSource, 'decodeAudio: source', 'a Uint8Array with the bytes of a whole file', source);
  const { parts, facts } = await collect(decodeBlocks(source, name, createInspection(), options));
  return { samples: joinSamples(parts.map(({ mean }) => mean)), ...facts };
}

/** A block as recorded, and the mean of its channels. */
interface MixedBlock {
  block: DecodedBlock;
  mean: Float32Array;
}

async function* decodeBlocks(
  given: ByteSource | Uint8Array,
  name: string,
  inspection: Inspection,
  { maxSeconds = 3600, strict = false, fallback }: ReadOptions,
): AsyncGenerator<MixedBlock, RecordingFacts> {
  const fail = (message: string): never => {
    throw new SerError('audio', message);
  };
  const tooLong = (): never => {
    throw new SerError('limit', `it is longer than the limit of ${maxSeconds} s; cut it first`);
  };
  try {
    const file = given instanceof Uint8Array ? bytesSource(given) : given;
    const source = sourceFrom(file, await tagBytes(file));
    if (source.size === 0) fail('it is empty');
    const head = (await source.read(0, HEAD_BYTES)).slice(0, HEAD_BYTES);
    const format = formatOf(head) ?? fail(`it is ${foreignKind(head)}; ${formatNames()} can be read`);

    const warnings: string[] = [];
    let missing: string | undefined;
    let littleMissing = false;
    const context: DecodeContext = {
      maxSeconds,
      announce: (samples, rate) => void (samples > maxSeconds * rate && tooLong()),
      cutShort: (what, little = false) => void ([missing, littleMissing] = [what, little]),
      warn: (message) => void warnings.push(message),
      fallback,
    };
    const decode = await format.decoder();
    let count = 0;
    let sampleRate = 0;
    let channels = 0;
    for await (const block of decode(source, context)) {
      const mean = mixDown(block.channels);
      if (mean.length === 0) continue;
      if (count === 0) [sampleRate, channels] = [block.sampleRate, block.channels.length];
      if (block.sampleRate !== sampleRate || block.channels.length !== channels) {
        fail('its sample rate or channel count changes on the way');
      }
      if (!inspection.push(block, mean)) {
        fail(`sample ${count + mean.findIndex((value) => !Number.isFinite(value))} is not a finite number`);
      }
      count += mean.length;
      if (count > maxSeconds * sampleRate) tooLong();
      yield { block, mean };
    }
    const tooShort = count < LEAST_SECONDS * sampleRate && !littleMissing;
    if (missing !== undefined && (strict || tooShort || count === 0)) {
      fail(`it is cut short: ${missing}`);
    }
    if (count === 0) fail('it contains no samples');
    if (missing !== undefined) warnings.unshift(`Cut short: ${missing}. The rest was used.`);
    return { format: format.name, sampleRate, channels, seconds: count / sampleRate, warnings };
  } catch (error) {
    throw named(error, name);
  }
}

/** The same error with the name of the recording. */
function named(error: unknown, name: string): SerError {
  if (error instanceof SerError) return new SerError(error.code, `${name}: ${error.message}`, { cause: error });
  return new SerError('audio', `${name}: it is damaged, and its decoder failed`, { cause: error });
}

/** The mean of channels; a single one is returned as it is. */
export function mixDown(channels: readonly Float32Array[]): Float32Array {
  if (channels.length === 1) return channels[0];
  const mean = new Float32Array(channels[0]?.length ?? 0);
  for (let i = 0; i < mean.length; i++) {
    let sum = 0;
    for (const channel of channels) sum += channel[i];
    mean[i] = sum / channels.length;
  }
  return mean;
}

async function collect<Part, Facts>(blocks: AsyncGenerator<Part, Facts>): Promise<{ parts: Part[]; facts: Facts }> {
  const parts: Part[] = [];
  for (;;) {
    const next = await blocks.next();
    if (next.done) return { parts, facts: next.value };
    parts.push(next.value);
  }
}

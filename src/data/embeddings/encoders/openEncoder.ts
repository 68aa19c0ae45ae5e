import { SerError } from '../../../error.ts';
import { checkSignal } from '../../../features/checkSignal.ts';
import type { Frames } from '../../../features/types.ts';
import { cutGraph } from '../../../onnx/cutGraph.ts';
import { readGraph } from '../../../onnx/readGraph.ts';
import type { InputTensor, OnnxSession, OpenOnnx } from '../../../onnx/session.ts';
import type { Encoder } from './encoder.ts';
import { batchesOf, joinPieces, type Piece, piecesOf } from './pieces.ts';
import { WHISPER, whisperMel } from './whisperMel.ts';

export type EncodedFrames = Frames & { data: Float32Array };

/** An encoder that is open in ONNX Runtime. */
export interface OpenEncoder {
  /**
   * The frames of several signals. Those of similar length go through the encoder together.
   * @param signals  mono, 16 kHz, of any lengths
   * @throws {SerError} `audio` for an empty signal or one with NaN or infinite samples; `model` if the encoder fails
   */
  encode(signals: readonly Float32Array[]): Promise<EncodedFrames[]>;
  /** Frees its memory. */
  close(): Promise<void>;
}

const OUTPUT = 'encoded';

/** Frames beyond those of the samples that convolutions with padding give. */
const MOST_PADDING = 2;

/** Added to the variance before its root is taken, as Hugging Face does. */
const LEAST_VARIANCE = 1e-7;

/**
 * Opens an encoder for any number of signals, without the layers that its value does not need.
 * @param bytes  of the ONNX file
 * @param encoder  `readEncoder` of these bytes
 * @param open  `openInNode` or `openInBrowser`
 * @param origin  name of the file in messages
 * @throws {SerError} `model` if ONNX Runtime cannot load it
 */
export async function openEncoder(
  bytes: Uint8Array,
  encoder: Encoder,
  open: OpenOnnx,
  origin: string,
): Promise<OpenEncoder> {
  const failed = (what: string) => (cause: Error) => {
    throw new SerError('model', `${origin}: ONNX Runtime cannot ${what} (${cause.message}).`, { cause });
  };
  const cut = cutGraph(bytes, readGraph(bytes, origin), encoder.value, OUTPUT);
  const session = await open(cut).catch(failed(`load it up to ${encoder.value}`));
  return {
    async encode(signals) {
      const clips = signals.map((signal) => {
        checkSignal(signal);
        return piecesOf(encoder.settings.normalise ? normalised(signal) : signal, encoder);
      });
      const results = new Map<Piece, EncodedFrames>();
      for (const batch of batchesOf(clips.flat(), encoder)) {
        const frames = await runBatch(session, batch, encoder, origin).catch((error: Error) =>
          error instanceof SerError ? Promise.reject(error) : failed('run it')(error),
        );
        batch.forEach((piece, i) => results.set(piece, frames[i]));
      }
      return clips.map((pieces) => joinPieces(pieces.map((piece) => ({ from: piece.from / encoder.hop, ...results.get(piece)! })))); // prettier-ignore
    },
    close: () => session.close(),
  };
}

/** Zero mean and unit variance. */
function normalised(signal: Float32Array): Float32Array {
  let sum = 0;
  for (const value of signal) sum += value;
  const mean = sum / signal.length;
  let squares = 0;
  for (const value of signal) squares += (value - mean) ** 2;
  const scale = 1 / Math.sqrt(squares / signal.length + LEAST_VARIANCE);
  return signal.map((value) => (value - mean) * scale);
}

async function runBatch(
  session: OnnxSession,
  batch: readonly Piece[],
  encoder: Encoder,
  origin: string,
): Promise<EncodedFrames[]> {
  const { signal, mask, value, dimensions, hop, reach } = encoder;
  const longest = encoder.isFixed ? encoder.window : Math.max(reach, ...batch.map(({ samples }) => samples.length));
  const inputs: Record<string, InputTensor> = { [signal]: inputOf(batch, longest, encoder) };
  if (mask && session.inputNames.includes(mask.name)) inputs[mask.name] = maskOf(batch, longest, encoder);
  const { data, shape } = (await session.run(inputs))[OUTPUT];
  // Some graphs have frames × clips × values inside.
  const isTimeFirst = shape[0] !== batch.length && shape[1] === batch.length;
  const [clips, frames] = isTimeFirst ? [shape[1], shape[0]] : shape;
  if (shape.length !== 3 || clips !== batch.length || shape[2] !== dimensions) {
    throw new SerError('model', `${origin}: ${value} is ${shape.join(' × ')}, not clips × frames × ${dimensions} values.`); // prettier-ignore
  }
  const framesOf = (samples: number): number => Math.floor((Math.max(samples, reach) - reach) / hop) + 1;
  const expected = framesOf(longest);
  if (frames < expected || frames > expected + MOST_PADDING) {
    throw new SerError('model', `${origin}: ${longest} samples became ${frames} frames of ${value} instead of ${expected}.`); // prettier-ignore
  }
  return batch.map(({ samples }, clip) => {
    const own = framesOf(samples.length);
    const encoded = new Float32Array(own * dimensions);
    for (let t = 0; t < own; t++) {
      const at = (isTimeFirst ? t * clips + clip : clip * frames + t) * dimensions;
      encoded.set(data.subarray(at, at + dimensions), t * dimensions);
    }
    return { data: encoded, frames: own, bins: dimensions };
  });
}

/** The input of a batch: clips × samples, or clips × bands × frames, with zeros after shorter clips. */
function inputOf(batch: readonly Piece[], length: number, { input, bands }: Encoder): InputTensor {
  if (input === 'waveform') {
    const data = new Float32Array(batch.length * length);
    batch.forEach(({ samples }, i) => data.set(samples, i * length));
    return { data, shape: [batch.length, length] };
  }
  const frames = Math.ceil(length / WHISPER.hop);
  const data = new Float32Array(batch.length * bands * frames);
  batch.forEach(({ samples }, i) => data.set(whisperMel(samples, frames, bands), i * bands * frames));
  return { data, shape: [batch.length, bands, frames] };
}

/** Ones for samples; zeros for padding, unless the encoder was trained on padding without a mask. */
function maskOf(batch: readonly Piece[], length: number, { mask, settings, reach }: Encoder): InputTensor {
  const ones = new Float32Array(batch.length * length);
  batch.forEach(({ samples }, i) =>
    ones.fill(1, i * length, i * length + (settings.mask ? Math.max(samples.length, reach) : length)),
  );
  const of = { int64: () => BigInt64Array.from(ones, BigInt), int32: () => Int32Array.from(ones), bool: () => Uint8Array.from(ones) }; // prettier-ignore
  const data = mask!.type in of ? of[mask!.type as keyof typeof of]() : ones;
  return { data, shape: [batch.length, length] };
}

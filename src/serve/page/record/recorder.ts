import { encodeWav } from '../../../data/audio/pcm/wav.ts';

/** The open microphone, and from `begin` on a recording in progress. */
export interface Recording {
  sampleRate: number;
  /** Begins to keep what is heard; until then only the latest samples are kept. */
  begin(): void;
  /** Seconds recorded so far. */
  seconds(): number;
  /** The latest samples. */
  latest(count: number): Float32Array;
  /** Releases the microphone. @returns the recording as a WAV file, 16 bits; undefined if it is empty or was not begun */
  stop(): Promise<Blob | undefined>;
}

/** An hour at 48 kHz would take 690 MB of memory. */
export const LONGEST_SECONDS = 600;

/** Blocks kept before a recording begins: enough for a meter. */
const KEPT = 16;

/** The reason why recording is impossible here, or undefined. */
export function microphoneProblem(): string | undefined {
  const devices = (navigator as Partial<Navigator>).mediaDevices;
  if (devices && typeof AudioWorkletNode !== 'undefined') return undefined;
  return 'Browsers allow the microphone only for pages from this machine or over HTTPS.';
}

/** The microphone's sound as it comes. */
export interface Microphone {
  /** Hz */
  sampleRate: number;
  /** Stops the sound until `resume`; the microphone stays open. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Releases the microphone. */
  close(): Promise<void>;
}

/**
 * Opens the microphone, without the browser's noise suppression and gain control, which would change the features.
 * @param onBlock  called with the next samples, mono
 * @throws {Error} with a message for people, if there is no microphone or it is not allowed
 */
export async function openSound(onBlock: (samples: Float32Array) => void): Promise<Microphone> {
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const stream = await navigator.mediaDevices.getUserMedia({ audio: plain }).catch((error: Error) => {
    throw new Error(REASONS[error.name] ?? `The microphone cannot be used (${error.message}).`, { cause: error });
  });
  const context = new AudioContext();
  try {
    await context.audioWorklet.addModule('/recorder.js');
    const recorder = new AudioWorkletNode(context, 'recorder', { numberOfOutputs: 0 });
    recorder.port.onmessage = ({ data }: MessageEvent<Float32Array>) => onBlock(data);
    context.createMediaStreamSource(stream).connect(recorder);
    await context.resume();
  } catch (error) {
    await release(stream, context);
    throw error;
  }
  return {
    sampleRate: context.sampleRate,
    pause: () => context.suspend(),
    resume: () => context.resume(),
    close: () => release(stream, context),
  };
}

/** Opens the microphone for a recording. @throws {Error} as `openSound` */
export async function openMicrophone(): Promise<Recording> {
  const blocks: Float32Array[] = [];
  let count = 0;
  let hasBegun = false;
  const { sampleRate, close } = await openSound((samples) => {
    blocks.push(samples);
    count += samples.length;
    if (!hasBegun && blocks.length > KEPT) count -= blocks.shift()!.length;
  });
  return {
    sampleRate,
    begin: () => {
      blocks.length = count = 0;
      hasBegun = true;
    },
    seconds: () => (hasBegun ? count / sampleRate : 0),
    latest: (length) => tail(blocks, length),
    stop: async () => {
      await close();
      if (!hasBegun || count === 0) return undefined;
      return new Blob([encodeWav(tail(blocks, count), sampleRate) as BlobPart], { type: 'audio/wav' });
    },
  };
}

const REASONS: Record<string, string> = {
  NotAllowedError: 'The microphone is not allowed for this page: allow it in the browser’s address bar and try again.',
  NotFoundError: 'There is no microphone.',
  NotReadableError: 'The microphone is in use by another program.',
};

async function release(stream: MediaStream, context: AudioContext): Promise<void> {
  for (const track of stream.getTracks()) track.stop();
  await context.close();
}

/** The last samples of all blocks, after zeros if there are too few. */
function tail(blocks: readonly Float32Array[], length: number): Float32Array {
  const samples = new Float32Array(length);
  let end = length;
  for (let i = blocks.length - 1; i >= 0 && end > 0; i--) {
    const part = blocks[i].subarray(Math.max(0, blocks[i].length - end));
    end -= part.length;
    samples.set(part, end);
  }
  return samples;
}

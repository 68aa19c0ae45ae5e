/** Samples at 16 kHz: a frame is processed together with the end of the previous frame, its context. */
export const SPEECH_FRAME = { sampleRate: 16_000, samples: 512, context: 64 } as const;

/** Seconds between the starts of frames: 32 ms. */
export const FRAME_SECONDS = SPEECH_FRAME.samples / SPEECH_FRAME.sampleRate;

/** Short-time spectra of a frame: `columns` windows of `window` samples, `hop` apart. */
export const SPECTRUM = { window: 256, hop: 128, columns: 4 } as const;

/** Length of each of the two state vectors that the network passes from frame to frame. */
export const STATE = 128;

/** Names of the network's inputs and outputs. */
export const SPEECH_INPUTS = ['windows', 'hidden', 'cell'] as const;
export const SPEECH_OUTPUTS = ['probabilities', 'hiddenOut', 'cellOut'] as const;

const { samples: FRAME, context: CONTEXT } = SPEECH_FRAME;

/**
 * The windows of a signal's frames for Silero VAD's short-time spectrum: the context, the frame, and as many samples
 * again as the context has, mirrored at the end of the frame. Zeros fill the last frame.
 * @param context  the 64 samples before the signal; zeros at the beginning of a recording
 * @returns (4 × frames) × 256
 */
export function speechWindows(signal: Float32Array, context: Float32Array): Float32Array {
  const { window, hop, columns } = SPECTRUM;
  const frames = Math.ceil(signal.length / FRAME);
  const windows = new Float32Array(frames * columns * window);
  const end = CONTEXT + FRAME;
  const padded = new Float32Array(end + CONTEXT);
  for (let frame = 0; frame < frames; frame++) {
    const samples = signal.subarray(frame * FRAME, (frame + 1) * FRAME);
    padded.copyWithin(0, FRAME, end);
    if (frame === 0) padded.set(context);
    padded.set(samples, CONTEXT);
    padded.fill(0, CONTEXT + samples.length, end);
    for (let i = 0; i < CONTEXT; i++) padded[end + i] = padded[end - 2 - i];
    for (let column = 0; column < columns; column++) {
      windows.set(padded.subarray(column * hop, column * hop + window), (frame * columns + column) * window);
    }
  }
  return windows;
}

/** Samples at 16 kHz: a frame is judged together with the end of the frame before, its context. */
export const SPEECH_FRAME = { sampleRate: 16_000, samples: 512, context: 64 } as const;

/** Seconds from one frame to the next: 32 ms. */
export const FRAME_SECONDS = SPEECH_FRAME.samples / SPEECH_FRAME.sampleRate;

/** Short-time spectra of a frame: `columns` windows of `window` samples, each `hop` after the one before. */
export const SPECTRUM = { window: 256, hop: 128, columns: 4 } as const;

/** Values of each of the two vectors that the network carries from frame to frame. */
export const STATE = 128;

/** Names of what goes into the network and comes out of it. */
export const SPEECH_INPUTS = ['windows', 'hidden', 'cell'] as const;
export const SPEECH_OUTPUTS = ['probabilities', 'hiddenOut', 'cellOut'] as const;

const { samples: FRAME, context: CONTEXT } = SPEECH_FRAME;

/**
 * The windows of a signal's frames, as Silero VAD's short-time spectrum takes them: the context and the frame, at whose end as much
 * again as the context is mirrored. Zeros fill the last frame.
 * @param context  what comes before the signal, 64 samples; at a recording's beginning zeros
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

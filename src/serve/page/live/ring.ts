/** Samples that wait for the worker: what is older than the capacity is lost, so that memory stays the same however slow it is. */
export interface Ring {
  push(samples: Float32Array): void;
  /** All that wait, in order; they wait no longer. */
  take(): Float32Array;
  /** Samples lost so far. */
  lost(): number;
}

/**
 * @param capacity  in samples
 * @example
 * const ring = createRing(4);
 * ring.push(Float32Array.of(1, 2, 3));
 * ring.push(Float32Array.of(4, 5));
 * [...ring.take(), ring.lost()] // → [2, 3, 4, 5, 1]
 */
export function createRing(capacity: number): Ring {
  const held = new Float32Array(capacity);
  let first = 0;
  let filled = 0;
  let lost = 0;
  return {
    push(samples) {
      const kept = samples.subarray(Math.max(0, samples.length - capacity));
      const over = Math.max(0, filled + kept.length - capacity);
      lost += over + samples.length - kept.length;
      first = (first + over) % capacity;
      filled -= over;
      const at = (first + filled) % capacity;
      const room = capacity - at;
      held.set(kept.subarray(0, room), at);
      held.set(kept.subarray(room));
      filled += kept.length;
    },
    take() {
      const taken = new Float32Array(filled);
      const room = Math.min(filled, capacity - first);
      taken.set(held.subarray(first, first + room));
      taken.set(held.subarray(0, filled - room), room);
      first = filled = 0;
      return taken;
    },
    lost: () => lost,
  };
}

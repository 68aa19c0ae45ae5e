/** Admits a limited number at a time; the others wait in the order of their arrival. */
export interface Turnstile {
  /** Whether the next one would have to wait. */
  isFull(): boolean;
  /** @returns a function to call once when done. @throws the signal's reason when it is aborted before its turn */
  enter(signal: AbortSignal): Promise<() => void>;
}

export function createTurnstile(most: number): Turnstile {
  const waiting = new Set<() => void>();
  let inside = 0;
  const leave = (): void => {
    const [next] = waiting;
    if (next) next();
    else inside--;
  };
  return {
    isFull: () => inside >= most,
    enter: async (signal) => {
      signal.throwIfAborted();
      if (inside < most) inside++;
      else await turn(waiting, signal);
      return leave;
    },
  };
}

function turn(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      waiting.delete(come);
      signal.removeEventListener('abort', go);
    };
    const come = (): void => (end(), resolve());
    const go = (): void => (end(), reject(signal.reason as Error));
    waiting.add(come);
    signal.addEventListener('abort', go);
  });
}

/** Who may come in: bounds how many requests are at work, and how many bytes the uploads of all may hold together. */
export interface Admission {
  /**
   * Sets the bytes of an upload aside before it arrives. While it arrives it takes no place from those at work: clients may be slow.
   * @returns nothing if there is no room, neither for the bytes nor for the work afterwards
   */
  enter(bytes: number): Visit | undefined;
  /** Resolves when nobody is inside. */
  empty(): Promise<void>;
  /** Requests at work, and bytes of theirs and of those that are arriving. */
  load(): { requests: number; bytes: number };
  /** Seconds after which a client that was refused may well find room. */
  retryAfter(): number;
}

export interface Visit {
  /** The upload is there. @returns whether there is still room for its work */
  begin(): boolean;
  /** The request is over. */
  leave(): void;
}

/** Uploads that may arrive at a time, as a multiple of the requests at work. */
const ARRIVING = 8;

export function createAdmission(most: { requests: number; bytes: number }): Admission {
  const load = { requests: 0, bytes: 0 };
  let inside = 0;
  /** Seconds that a request is at work, averaged over the last ones. */
  let stay = 1;
  const waiting = new Set<() => void>();
  return {
    enter: (bytes) => {
      if (load.requests >= most.requests || inside >= (1 + ARRIVING) * most.requests) return undefined;
      // A request that is alone may always come in, whatever it holds: its own limit bounds it.
      if (inside > 0 && load.bytes + bytes > most.bytes) return undefined;
      inside++;
      load.bytes += bytes;
      let start: number | undefined;
      let left = false;
      return {
        begin: () => {
          if (load.requests >= most.requests) return false;
          load.requests++;
          start = performance.now();
          return true;
        },
        leave: () => {
          if (left) return;
          left = true;
          inside--;
          load.bytes -= bytes;
          if (inside === 0) for (const resolve of waiting) resolve();
          if (start === undefined) return;
          load.requests--;
          stay += 0.1 * ((performance.now() - start) / 1000 - stay);
        },
      };
    },
    empty: () => new Promise((resolve) => (inside === 0 ? resolve() : void waiting.add(resolve))),
    load: () => ({ ...load }),
    retryAfter: () => Math.min(60, Math.max(1, Math.ceil(stay))),
  };
}

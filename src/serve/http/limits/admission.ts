/** Limits the number of requests at work, and the total bytes of all uploads. */
export interface Admission {
  /**
   * Reserves the bytes of an upload before it arrives. While it arrives it does not count as a request at work: clients may be slow.
   * @returns undefined if there is no room, either for the bytes or for the work afterwards
   */
  enter(bytes: number): Visit | undefined;
  /** Resolves when there are no requests. */
  empty(): Promise<void>;
  /** Number of requests at work; bytes of these and of uploads in progress. */
  load(): { requests: number; bytes: number };
  /** Seconds after which a refused client should try again. */
  retryAfter(): number;
}

export interface Visit {
  /** Called when the upload is complete. @returns whether there is still room for its work */
  begin(): boolean;
  /** Called when the request is finished. */
  leave(): void;
}

/** Limit of uploads in progress, as a multiple of the requests at work. */
const ARRIVING = 8;

export function createAdmission(most: { requests: number; bytes: number }): Admission {
  const load = { requests: 0, bytes: 0 };
  let inside = 0;
  /** Moving average of the seconds for which a request is at work. */
  let stay = 1;
  const waiting = new Set<() => void>();
  return {
    enter: (bytes) => {
      if (load.requests >= most.requests || inside >= (1 + ARRIVING) * most.requests) return undefined;
      // A request on its own is always admitted, whatever its size: its own limit bounds it.
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

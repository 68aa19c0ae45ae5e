/** Who may come in: bounds how many requests are under way, and how many bytes of uploads they may hold together. */
export interface Admission {
  /** @returns what to call when the request is over; nothing if there is no room */
  enter(bytes: number): (() => void) | undefined;
  /** Resolves when nobody is inside. */
  empty(): Promise<void>;
  load(): { requests: number; bytes: number };
  /** Seconds after which a client that was refused may well find room. */
  retryAfter(): number;
}

export function createAdmission(most: { requests: number; bytes: number }): Admission {
  const load = { requests: 0, bytes: 0 };
  /** Seconds that a request stays, averaged over the last ones. */
  let stay = 1;
  const leavers = new Set<() => void>();
  return {
    enter: (bytes) => {
      // A request that is alone may always come in, whatever it holds: its own limit bounds it.
      if (load.requests >= most.requests || (load.requests > 0 && load.bytes + bytes > most.bytes)) return undefined;
      load.requests++;
      load.bytes += bytes;
      const start = performance.now();
      let left = false;
      return () => {
        if (left) return;
        left = true;
        load.requests--;
        load.bytes -= bytes;
        if (load.requests === 0) for (const resolve of leavers) resolve();
        stay += 0.1 * ((performance.now() - start) / 1000 - stay);
      };
    },
    empty: () => new Promise((resolve) => (load.requests === 0 ? resolve() : void leavers.add(resolve))),
    load: () => ({ ...load }),
    retryAfter: () => Math.min(60, Math.max(1, Math.ceil(stay))),
  };
}

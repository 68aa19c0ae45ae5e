import { existsSync } from 'node:fs';
import { describe } from 'vitest';

export const CHROMIUM = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path && existsSync(path),
);

/** Debian's Chromium will not start its sandbox for root, and the pages hold nothing but our own code. */
export const CHROMIUM_ARGS = ['--no-sandbox'];

/** Tests that need a browser: without one they are skipped. */
export const describePage = (name: string, tests: () => void) =>
  describe.skipIf(!CHROMIUM)(`${name} (needs Chromium: /usr/bin/chromium or $CHROMIUM_PATH)`, tests);

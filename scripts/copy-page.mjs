/** What of the page is no TypeScript goes to `dist` as it is, beside what tsc makes of the rest; part of `npm run build`. */
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';

const [from, to] = ['../src/serve/page/', '../dist/serve/page/'].map((path) => new URL(path, import.meta.url));
mkdirSync(to, { recursive: true });
for (const name of readdirSync(from)) {
  if (/\.(html|css|svg)$/.test(name)) copyFileSync(new URL(name, from), new URL(name, to));
}

import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { COMPILED } from './runSer.ts';

/**
 * Compiles `src` once for all tests that run `ser` as a process: started from TypeScript, each of its processes would compile what it imports anew,
 * which takes longer than most of the work that is tested.
 */
export default async function compileSources(): Promise<void> {
  rmSync(COMPILED, { recursive: true, force: true });
  const sources = readdirSync('src', { encoding: 'utf8', recursive: true }).filter((name) => name.endsWith('.ts'));
  const options: BuildOptions = {
    outdir: COMPILED,
    outbase: 'src',
    bundle: true, // for the plugin; every import is external
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
    plugins: [
      {
        name: 'external',
        setup: ({ onResolve }) =>
          onResolve({ filter: /./ }, ({ kind, path }) =>
            kind === 'entry-point' ? undefined : { path: path.replace(/^(\..*)\.ts$/, '$1.js'), external: true },
          ),
      },
    ],
  };
  await build({ ...options, entryPoints: sources.map((name) => join('src', name)) });
  // The command's name depends on whether it runs from TypeScript.
  const define = { 'import.meta.url': JSON.stringify('command.ts') };
  await build({ ...options, entryPoints: ['src/messages/command.ts'], define });
  cpSync('src/serve/page', `${COMPILED}/serve/page`, { recursive: true, filter: (path) => !path.endsWith('.ts') });
}

import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { FORMATS } from '../../data/audio/formats.ts';
import { EXAMPLES } from './examples.ts';

/** A file of the page for the server. */
export interface PageFile {
  type: string;
  body: Buffer;
}

const HERE = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

/** `data/` of the package. */
const DATA = join(HERE, '../../../data');

/** Scripts that the browser loads, and the modules from which they are bundled. */
const SCRIPTS = {
  '/page.js': 'main',
  '/worker.js': 'device/deviceWorker',
  '/recorder.js': 'record/recorderProcessor',
} as const;

/** Path of ONNX Runtime's WebAssembly, as in `openInBrowser`. */
const ORT_WASM = 'ort-wasm-simd-threaded.wasm';

/**
 * Bundles the page in memory, from the sources or, in the package, from the compiled modules, so that it is never stale.
 * @returns all files of the page by path
 */
export async function buildPage(): Promise<Map<string, PageFile>> {
  const [html, css, icon, wasm, scripts, examples] = await Promise.all([
    readFile(join(HERE, 'index.html'), 'utf8'),
    readFile(join(HERE, 'style.css')),
    readFile(join(HERE, 'icon.svg')),
    readFile(join(dirname(require.resolve('onnxruntime-web')), ORT_WASM)),
    bundleScripts(),
    Promise.all(EXAMPLES.map(readExample)),
  ]);
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', body: Buffer.from(fillFormats(html)) }],
    ['/style.css', { type: 'text/css; charset=utf-8', body: css }],
    ['/icon.svg', { type: 'image/svg+xml', body: icon }],
    [`/${ORT_WASM}`, { type: 'application/wasm', body: wasm }],
    ...scripts,
    ...examples,
  ]);
}

async function readExample({ file }: (typeof EXAMPLES)[number]): Promise<[path: string, file: PageFile]> {
  const type = file.endsWith('.flac') ? 'audio/flac' : 'audio/wav';
  return [`/examples/${file}`, { type, body: await readFile(join(DATA, file)) }];
}

/** Inserts the formats of `formats.ts`. */
function fillFormats(html: string): string {
  const extensions = FORMATS.flatMap((format) => format.extensions).join();
  const names = FORMATS.map(({ name }) => name).join(', ');
  return html.replace('{{extensions}}', extensions).replace('{{formats}}', names);
}

async function bundleScripts(): Promise<[path: string, file: PageFile][]> {
  const { outputFiles } = await build({
    entryPoints: Object.entries(SCRIPTS).map(([path, module]) => ({ in: modulePath(module), out: path.slice(1, -3) })),
    bundle: true,
    // Training code of classifiers, imported on demand: pages never train.
    external: ['*/fit.ts', '*/fit.js'],
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    logLevel: 'error',
    outdir: '/',
    write: false,
  });
  return outputFiles.map(({ path, contents }) => [
    `/${path.replaceAll('\\', '/').split('/').at(-1)}`,
    { type: 'text/javascript; charset=utf-8', body: Buffer.from(contents) },
  ]);
}

/** TypeScript in the sources, JavaScript in `dist`. */
function modulePath(module: string): string {
  const source = join(HERE, `${module}.ts`);
  return existsSync(source) ? source : join(HERE, `${module}.js`);
}

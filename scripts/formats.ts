/**
 * Writes docs/formats.md: every recording of test/fixtures/audio, read by the command line, the server and the page, and beside them by
 * librosa and by the browser, with the numbers of samples that ffmpeg gives. Needs ffmpeg and Chromium; librosa is asked where the Python
 * of $PYTHON (python3) has it.
 *
 *     npm run formats
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { format as prettify, resolveConfig } from 'prettier';
import { FORMATS, hasAudioExtension } from '../src/data/audio/formats.ts';
import { loadDecoded } from '../src/data/audio/load.ts';
import { decodeAudio, type Audio } from '../src/data/audio/read.ts';
import { SerError } from '../src/error.ts';
import { writeFileAtomic } from '../src/files/files.ts';
import { createServer } from '../src/serve/http/server.ts';
import { buildPage } from '../src/serve/page/build.ts';
import type { ClipAnswer } from '../src/serve/predict/clipResult.ts';

const FIXTURES = 'test/fixtures/audio';
const DOCUMENT = 'docs/formats.md';
const MODEL_RATE = 16_000;

/** What one reader made of a file: how many samples, at which rate where that is not the file's, and the mean of the channels. */
type Reading = { samples: number; rate?: number; mean?: Float32Array; note?: string } | { error: string };

interface Row {
  file: string;
  format: string;
  ours: Audio;
  /** Whether the toolkit alone decodes it. */
  isOwn: boolean;
  /** Samples at the file's rate. */
  ffmpeg: Reading;
  /** At 16 kHz: what a prediction is made of. */
  places: Record<'command line' | 'server' | 'page', Reading>;
  /** At the file's rate. */
  others: Record<'librosa' | 'browser', Reading>;
}

const found = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' })
  .filter(hasAudioExtension)
  .map((name) => join(FIXTURES, name))
  .sort();
const server = await createServer({ port: 0, log: 'silent', ffmpeg: true }, { page: await buildPage() });
const url = await server.listen();
const executablePath = [process.env.CHROMIUM_PATH, '/usr/bin/chromium'].find((path) => path && existsSync(path));
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });

const decoded = new Map<string, Audio>();
/** Files that are refused, and why. */
const refused: string[][] = [];
for (const file of found) {
  try {
    decoded.set(file, await loadDecoded(file));
  } catch (error) {
    if (!(error instanceof SerError)) throw error;
    refused.push([fixture(file), error.message.replace(`${file}: `, '')]);
  }
}
const files = [...decoded.keys()];
const commandLine = predictAll(files);
const page = await analyseOnPage(browser, files);
const librosa = readWithLibrosa(files);
const rows: Row[] = [];
for (const [i, file] of files.entries()) {
  const ours = decoded.get(file)!;
  const bytes = new Uint8Array(readFileSync(file));
  rows.push({
    file,
    format: ours.format,
    ours,
    isOwn: await decodeAudio(bytes, file).then(() => true, () => false), // prettier-ignore
    ffmpeg: readWithFfmpeg(file, ours),
    places: { 'command line': commandLine[i], server: await askServer(url, bytes), page: page[i] },
    others: { librosa: librosa.readings[i], browser: await decodeInBrowser(browser, bytes, ours.sampleRate) },
  });
}
const versions = {
  ffmpeg: /version (\S+)/.exec(run('ffmpeg', ['-version']).toString())![1],
  librosa: librosa.version,
  browser: `Chromium ${browser.version()}`,
};
await browser.close();
await server.close();
const text = documentOf(rows, versions);
writeFileAtomic(DOCUMENT, await prettify(text, { ...(await resolveConfig(DOCUMENT)), filepath: DOCUMENT }));
console.log(`${rows.length} recordings of ${FORMATS.length} formats in ${DOCUMENT}`);

/** `ser predict`, as people run it. */
function predictAll(paths: readonly string[]): Reading[] {
  const words = ['--import', 'tsx', 'src/cli.ts', 'predict', ...paths, '--format', 'json'];
  const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (stdout === '') throw new Error(stderr);
  return (JSON.parse(stdout) as ClipAnswer[]).map(readingOf);
}

async function askServer(address: string, bytes: Uint8Array): Promise<Reading> {
  const body = new FormData();
  body.append('file', new Blob([bytes as BlobPart]), 'clip');
  const answer = await fetch(`${address}/api/v1/predict`, { method: 'POST', body });
  return readingOf(((await answer.json()) as { results: ClipAnswer[] }).results[0]);
}

/** Gives the files to the page, which analyses them in the browser. */
async function analyseOnPage(chrome: Browser, paths: string[]): Promise<Reading[]> {
  const tab = await chrome.newPage();
  tab.setDefaultTimeout(300_000);
  await tab.goto(url);
  await tab.getByText('nothing is uploaded').waitFor();
  await tab.setInputFiles('#files', paths);
  await tab.locator('#list').getByText(`of ${paths.length} recordings analysed`).waitFor();
  await tab.locator('#list .progress').waitFor({ state: 'hidden' });
  const [download] = await Promise.all([
    tab.waitForEvent('download'),
    tab.getByRole('button', { name: 'Download JSON' }).click(),
  ]);
  const { results } = JSON.parse(readFileSync(await download.path(), 'utf8')) as { results: ClipAnswer[] };
  await tab.close();
  return results.map(readingOf);
}

function readingOf(answer: ClipAnswer | { error: string }): Reading {
  if ('error' in answer) return { error: typeof answer.error === 'string' ? answer.error : answer.error.message };
  const note = answer.warnings.find((warning) => warning.includes('decoded by your browser')) && 'the browser';
  return { samples: Math.round(answer.seconds * MODEL_RATE), note };
}

function readWithFfmpeg(path: string, { format, channels }: Audio): Reading {
  // The format's own decoder: FFmpeg's differs in the lower bands.
  const decoder = format.includes('Opus') ? ['-c:a', 'libopus'] : [];
  const { stdout, status, stderr } = spawnSync('ffmpeg', ['-v', 'error', ...decoder, '-i', path, '-map', '0:a:0', '-c:a', 'pcm_f32le', '-f', 'f32le', '-'], { maxBuffer: 2 ** 28 }); // prettier-ignore
  if (status !== 0) return { error: String(stderr) };
  const values = new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.byteLength));
  const mean = new Float32Array(values.length / channels);
  values.forEach((value, i) => (mean[Math.floor(i / channels)] += value / channels));
  return { samples: mean.length, mean };
}

/** `librosa.load(path, sr=None)`. */
function readWithLibrosa(paths: readonly string[]): { version: string; readings: Reading[] } {
  const program = `
import base64, json, sys, warnings
warnings.simplefilter('ignore')
import librosa
readings = []
for path in json.load(sys.stdin):
    try:
        signal, rate = librosa.load(path, sr=None, mono=False)
        mean = base64.b64encode(librosa.to_mono(signal).astype('<f4').tobytes()).decode()
        readings.append({'samples': signal.shape[-1], 'rate': int(rate), 'mean': mean})
    except Exception as error:
        readings.append({'error': repr(error)})
print(json.dumps({'version': 'librosa ' + librosa.__version__, 'readings': readings}))`;
  const { stdout, status } = spawnSync(process.env.PYTHON ?? 'python3', ['-c', program], { input: JSON.stringify(paths), maxBuffer: 2 ** 28 }); // prettier-ignore
  if (status === 0) {
    const floats = (key: string, value: unknown) => (key === 'mean' ? new Float32Array(Uint8Array.from(Buffer.from(value as string, 'base64')).buffer) : value); // prettier-ignore
    return JSON.parse(String(stdout), floats) as { version: string; readings: Reading[] };
  }
  return { version: 'librosa, which is not installed', readings: paths.map(() => ({ error: 'not asked' })) };
}

/** What the browser's own decoder makes of a file, at its own rate. */
async function decodeInBrowser(chrome: Browser, bytes: Uint8Array, sampleRate: number): Promise<Reading> {
  const tab = await chrome.newPage();
  const samples = await tab.evaluate(
    async ({ base64, rate }) => {
      const content = await (await fetch(`data:application/octet-stream;base64,${base64}`)).arrayBuffer();
      const context = new OfflineAudioContext(1, 1, rate);
      return context.decodeAudioData(content).then(({ length }) => length, () => null); // prettier-ignore
    },
    { base64: Buffer.from(bytes).toString('base64'), rate: sampleRate },
  );
  await tab.close();
  return samples === null ? { error: 'it cannot decode it' } : { samples };
}

function fixture(path: string): string {
  return `\`${path.slice(FIXTURES.length + 1)}\``;
}

function run(program: string, words: readonly string[]): Buffer {
  const { stdout, error } = spawnSync(program, words);
  if (error) throw new Error(`${program} is needed: ${error.message}`);
  return stdout;
}

function documentOf(all: readonly Row[], named: { ffmpeg: string; librosa: string; browser: string }): string {
  const places = ['command line', 'server', 'page'] as const;
  const others = ['librosa', 'browser'] as const;
  const byFormat = FORMATS.map(({ name, extensions }) => {
    const some = all.filter((row) => row.format === name);
    const counts = [
      ...places.map((place) => share(some, (row) => placeCell(row, row.places[place]))),
      ...others.map((other) => share(some, (row) => otherCell(row, row.others[other]))),
    ];
    const own = some.every(({ isOwn }) => isOwn) ? name : `${name} ¹`;
    return [own, extensions.join(' '), ...counts];
  });
  const byFile = all.map((row) => [
    fixture(row.file),
    row.format,
    `${row.ours.sampleRate} × ${row.ours.channels}`,
    String(row.ours.samples.length),
    'error' in row.ffmpeg ? '–' : String(row.ffmpeg.samples),
    largestDifference(row, row.ffmpeg),
    largestDifference(row, row.others.librosa),
    ...places.map((place) => placeCell(row, row.places[place])),
    ...others.map((other) => otherCell(row, row.others[other])),
  ]);
  const refusals =
    refused.length === 0
      ? ''
      : `
Refused, with this message:

${table(['file', 'reason'], refused)}
`;
  return `# Formats

Every format that is read, by whom, and with how many samples. Written by \`npm run formats\`, which reads every recording of \`${FIXTURES}\`
in all of these ways; made with FFmpeg ${named.ffmpeg}, ${named.librosa} and ${named.browser}. Files are recognised by their content;
the extensions say which files of a folder are taken for recordings.

A cell counts the recordings that are read whole: by the command line, the server and the page as many samples at 16 kHz as the others
of them (to one sample, where the browser resamples), by librosa (\`librosa.load\`) and the browser (\`decodeAudioData\`) as many at the file's rate as the toolkit decodes.

${table(['format', 'extensions', ...places, ...others], byFormat)}

¹ AAC is decoded by what is installed: the program \`ffmpeg\` (in the server with \`--ffmpeg\`, as here), or the package \`@audio/decode-aac\`; on the page by the browser.

## Recordings

Samples of one channel at the file's rate, as the toolkit and as FFmpeg decode them, and the largest differences from FFmpeg's and from librosa's
samples, channels mixed to one, where full scale is 1: 0 is the same to the last bit. ✓: the same number of samples; a number: that many instead;
–: not read. Decoders of AMR and of IMA ADPCM round in different ways; Opus is compared with libopus; FFmpeg 5.1 takes the bytes of RIFX in the wrong order.

${table(['file', 'format', 'Hz × channels', 'samples', 'FFmpeg', 'from FFmpeg', 'from librosa', ...places, ...others], byFile)}
${refusals}`;
}

/** "✓" where the reader gives as many samples at 16 kHz as the command line, or one less or more; how many where it does not. */
function placeCell({ places }: Row, reading: Reading): string {
  if ('error' in reading) return '–';
  const asMany = 'samples' in places['command line'] && Math.abs(places['command line'].samples - reading.samples) <= 1;
  return `${asMany ? '✓' : reading.samples}${reading.note ? ` by ${reading.note}` : ''}`;
}

function otherCell({ ours }: Row, reading: Reading): string {
  if ('error' in reading) return '–';
  const { samples, rate = ours.sampleRate } = reading;
  const isWhole = samples * ours.sampleRate === ours.samples.length * rate;
  return `${isWhole ? '✓' : samples}${rate === ours.sampleRate ? '' : ` at ${rate} Hz`}`;
}

function share(some: readonly Row[], cellOf: (row: Row) => string): string {
  if (some.length === 0) return '';
  const whole = some.filter((row) => cellOf(row).startsWith('✓')).length;
  return `${whole} of ${some.length}`;
}

function largestDifference({ ours }: Row, reading: Reading): string {
  if ('error' in reading || reading.mean?.length !== ours.samples.length) return '';
  const { mean } = reading;
  const differences = ours.samples.map((value, i) => Math.abs(value - mean[i]));
  // What is not a number is no sample at all.
  const largest = differences.reduce((most, one) => Math.max(most, Number.isNaN(one) ? 1 : one), 0);
  if (largest === 0) return '0';
  return largest < 1 ? largest.toExponential(0) : '≥ 1';
}

function table(header: readonly string[], body: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

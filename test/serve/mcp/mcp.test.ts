import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { librosa186 } from '../../../src/features/sets/librosa186.ts';
import { parseCsv, toCsv } from '../../../src/files/csv.ts';
import { openFolders } from '../../../src/serve/mcp/folders.ts';
import { runSer, SER } from '../../runSer.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const outside = realpathSync(mkdtempSync(join(tmpdir(), 'ser-mcp-')));
const folder = join(outside, 'allowed');
const clip = join(folder, 'clips', 'male.wav');
let client: Client;

beforeAll(async () => {
  mkdirSync(join(folder, 'clips'), { recursive: true });
  cpSync('data/demo/male.wav', clip);
  cpSync('data/demo/female.wav', join(outside, 'female.wav'));
  writeFileSync(join(folder, 'clips', 'broken.wav'), 'RIFF');
  client = await connected('--folder', folder, '--workers', '1');
});
afterAll(async () => {
  await client.close();
  rmSync(outside, { recursive: true });
});

async function connected(...words: string[]): Promise<Client> {
  const one = new Client({ name: 'a test', version: '1' });
  await one.connect(
    new StdioClientTransport({ command: process.execPath, args: [...SER, 'mcp', ...words], cwd: process.cwd() }),
  );
  return one;
}

/** The answer of a tool: its text, and its data or whether it is an error. */
async function call<Data = Record<string, unknown>>(name: string, input: Record<string, unknown>) {
  const { content, structuredContent, isError = false } = await client.callTool({ name, arguments: input });
  const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
  return { text, data: structuredContent as Data, isError };
}

test('says what it is, and lists its tools with their inputs', async () => {
  expect(client.getServerVersion()?.name).toBe('gender-ser');
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name).sort()).toEqual(['evaluate', 'features', 'predict', 'report']);
  for (const { description, inputSchema } of tools) {
    expect(description).toBeTruthy();
    expect(Object.keys(inputSchema.properties ?? {}).length).toBeGreaterThan(0);
  }
});

describe('predict', () => {
  test('answers as the command does, in words and as data; a broken file does not stop the others, and progress is told', async () => {
    const steps: number[] = [];
    const { structuredContent, content } = await client.callTool(
      { name: 'predict', arguments: { paths: ['clips'] } },
      { onprogress: ({ progress }) => void steps.push(progress) },
    );
    const { results } = structuredContent as { results: Record<string, unknown>[] };
    const byCommand = await runSer(['predict', clip, '--format', 'json']);
    expect(results).toHaveLength(2);
    expect(results[0]).toMatchObject({ file: join(folder, 'clips', 'broken.wav'), error: expect.stringContaining('too few') }); // prettier-ignore
    expect(results[1]).toEqual((JSON.parse(byCommand.stdout) as unknown[])[0]);
    expect(content[0]).toMatchObject({ type: 'text', text: expect.stringMatching(/^1 of 2 clips predicted.*\n.*broken\.wav: failed: .*\n.*male\.wav: /) }); // prettier-ignore
    // The last step may reach the client after the answer.
    expect(steps.length).toBeGreaterThan(0);
    expect(steps).toEqual([1, 2].slice(0, steps.length));
  });

  test('takes models by family, and refuses others in words', async () => {
    const { data } = await call<{ results: { models: string }[] }>('predict', { paths: [clip], models: 'reference', gender: 'male' }); // prettier-ignore
    expect(data.results[0].models).toBe('reference');
    const { isError, text } = await call('predict', { paths: [clip], models: 'nothing' });
    expect({ isError, text }).toEqual({ isError: true, text: expect.stringContaining('nothing') });
    expect((await call('predict', { paths: [clip], routing: 'sideways' })).isError).toBe(true);
    expect((await call('predict', { paths: [] })).isError).toBe(true);
  });
});

describe('features', () => {
  test('gives the values by name, or writes a table', async () => {
    const { data } = await call<{ values: { features: Record<string, number> }[]; failures: object[] }>('features', { paths: ['clips'] }); // prettier-ignore
    expect(Object.keys(data.values[0].features)).toEqual(librosa186.names);
    expect(data.failures).toHaveLength(1);
    const table = await call('features', { paths: [clip], features: 'voice-mel', out: 'new/table.csv' });
    expect(table.data).toMatchObject({ clips: 1, file: join(folder, 'new/table.csv') });
    expect(readFileSync(join(folder, 'new/table.csv'), 'utf8').split('\n')[0]).toContain('file,');
  });

  test('refuses what no answer can hold', async () => {
    expect((await call('features', { paths: [clip], features: 'log-mel' })).text).toContain('name a file as out');
    expect((await call('features', { paths: [clip], out: 'table.xlsx' })).text).toContain('.csv');
    expect((await call('features', { paths: [clip], features: 'onnx:/etc/passwd' })).isError).toBe(true);
  });
});

describe('evaluate and report', () => {
  test('score the predictions of another toolkit, and read the report again', async () => {
    const [header, ...rows] = parseCsv(readFileSync('docs/predictions/reference-pair-svm/predictions.csv', 'utf8'));
    const [id, gender, first] = ['id', 'gender', 'neutral'].map((name) => header.indexOf(name));
    const tested = [header, ...rows.filter((row) => row[0] === row[gender] && row[3] === 'test')];
    writeFileSync(join(folder, 'theirs.csv'), toCsv(tested.map((row) => [row[id], ...row.slice(first)])));
    const made = await call<Figures>('evaluate', { predictions: 'theirs.csv', protocol: 'reference', out: 'report' });
    expect(made.isError, made.text).toBe(false);
    expect(made.data.systems[0].figures.uar).toBeCloseTo(0.815, 3); // as in docs/results.md
    expect(made.data.files).toContain(join(folder, 'report', 'report.html'));
    expect(made.text).toMatch(/UAR/);
    const read = await call<Figures>('report', { folder: 'report' });
    expect(read).toEqual(made);
  });

  test('refuse what contradicts itself, and what is no report', async () => {
    expect((await call('evaluate', { protocol: 'reference' })).text).toContain('belongs to predictions');
    expect((await call('evaluate', { predictions: 'theirs.csv', who: 'male' })).text).toContain('Either predictions');
    expect((await call('report', { folder: 'clips' })).text).toContain('is not a report folder');
  });
});

test('nothing outside the allowed folders is read or written, by path or through links', async () => {
  symlinkSync(outside, join(folder, 'up'));
  symlinkSync(join(outside, 'female.wav'), join(folder, 'clips', 'link.wav'));
  symlinkSync(join(outside, 'new.csv'), join(folder, 'dangling.csv'));
  const refusals = [
    call('predict', { paths: [join(outside, 'female.wav')] }),
    call('predict', { paths: ['../female.wav'] }),
    call('predict', { paths: ['up/female.wav'] }),
    call('predict', { paths: ['clips'] }), // with link.wav
    call('predict', { paths: [clip], models: outside }),
    call('features', { paths: [clip], out: '../new.csv' }),
    call('features', { paths: [clip], out: 'up/new.csv' }),
    call('features', { paths: [clip], out: 'dangling.csv' }),
    call('evaluate', { predictions: join(outside, 'female.wav'), protocol: 'reference' }),
    call('evaluate', { data: [outside] }),
    call('evaluate', { out: outside }),
    call('report', { folder: outside }),
  ];
  for (const { isError, text } of await Promise.all(refusals)) {
    expect(text).toMatch(/is outside the folders that may be used|is a dangling link/);
    expect(isError).toBe(true);
  }
  expect(existsSync(join(outside, 'new.csv'))).toBe(false);
});

test('several folders may be allowed; relative paths are in the first', () => {
  const { within } = openFolders(['data', 'docs']);
  expect(within('demo')).toBe(realpathSync('data/demo'));
  expect(within(realpathSync('docs/page.md'))).toBe(realpathSync('docs/page.md'));
  expect(within('not/there/yet.csv')).toBe(join(realpathSync('data'), 'not/there/yet.csv'));
  expect(() => within('../src')).toThrow(/outside/);
  expect(() => openFolders(['package.json'])).toThrow(expect.objectContaining({ code: 'usage' }));
});

test('it ends with its standard input, and writes nothing on standard output that is not of the protocol', async () => {
  const server = spawn(process.execPath, [...SER, 'mcp', '--folder', folder]);
  let stdout = '';
  server.stdout.on('data', (data) => (stdout += String(data)));
  server.stdin.write('this is not JSON\n{"jsonrpc":"2.0","id":1,"method":"nothing"}\n');
  await expect.poll(() => stdout, { timeout: 30_000 }).toContain('"id":1');
  server.stdin.end();
  expect(await new Promise((resolve) => server.on('exit', resolve))).toBe(0);
  for (const line of stdout.trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
});

interface Figures {
  systems: { name: string; figures: Record<string, number> }[];
  files: string[];
}

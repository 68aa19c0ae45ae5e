import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { SerError } from '../../../error.ts';
import type { ByteSource, DecodeContext, DecodedBlock } from '../format.ts';

/** Total seconds for which the program may keep the reader waiting for one recording. */
const PATIENCE = 120;
/** Bytes written to the program at a time. */
const CHUNK = 65_536;

/**
 * The program receives a stream of AAC frames and nothing else: no file, network, playlist or container. It runs in one thread
 * and returns an AU file, whose header describes the samples.
 */
const ARGUMENTS = [
  ...['-nostdin', '-hide_banner', '-loglevel', 'error', '-threads', '1', '-protocol_whitelist', 'pipe'],
  ...['-f', 'aac', '-i', 'pipe:0', '-map', '0:a:0', '-map_metadata', '-1'],
  ...['-filter_threads', '1', '-threads', '1', '-c:a', 'pcm_f32be', '-f', 'au', 'pipe:1'],
];

/**
 * Decodes AAC with the program `ffmpeg`, if it is on the PATH.
 * @param source  AAC frames, each with its ADTS header
 * @returns  undefined if there is no such program, before reading anything
 * @throws {SerError} `audio` if the program fails, or takes too long
 */
export async function decodeByFfmpeg(
  source: ByteSource,
  context: DecodeContext,
): Promise<AsyncGenerator<DecodedBlock> | undefined> {
  const child = spawn('ffmpeg', ARGUMENTS, { stdio: 'pipe', windowsHide: true });
  try {
    await once(child, 'spawn');
  } catch {
    return undefined;
  }
  return decode();

  async function* decode(): AsyncGenerator<DecodedBlock> {
    const exit = once(child, 'close') as Promise<[number | null]>;
    let complaints = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints = (complaints + text).slice(0, 2000)));
    // A program that ends early stops reading; its exit code and messages explain why.
    child.stdin.on('error', () => undefined);
    const feeding = feed().catch(() => child.kill('SIGKILL'));
    let late = false;
    let waited = 0;
    try {
      const chunks = child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
      const next = async (): Promise<Buffer | undefined> => {
        const start = performance.now();
        const timer = setTimeout(() => (late = child.kill('SIGKILL')), 1000 * PATIENCE - waited);
        const { value, done } = await chunks.next();
        clearTimeout(timer);
        waited += performance.now() - start;
        return done ? undefined : value;
      };
      yield* readAu(next);
      await feeding;
      const [code] = await exit;
      if (late) throw new SerError('audio', `ffmpeg took longer than ${PATIENCE} s to decode it`);
      const reason = complaints
        .trim()
        .split('\n', 1)[0]
        .replace(/^\[[^\]]*\] /, '');
      if (code !== 0) throw new SerError('audio', `it is damaged (ffmpeg: ${reason || `exit code ${code}`})`);
      if (reason) context.warn(`Damaged in places: ffmpeg could not decode all of it (${reason}).`);
    } finally {
      child.kill('SIGKILL');
      child.stdin.destroy();
      child.stdout.destroy();
    }
  }

  async function feed(): Promise<void> {
    for (let at = 0; at < source.size && !child.stdin.destroyed; at += CHUNK) {
      // A copy: the source may reuse its buffer while the pipe still holds the data.
      if (!child.stdin.write((await source.read(at, CHUNK)).slice())) {
        await Promise.race([once(child.stdin, 'drain'), once(child.stdin, 'close')]);
      }
    }
    child.stdin.end();
  }
}

/** Reads an AU file of floats: a header of at least 24 bytes and samples, all big-endian. */
async function* readAu(next: () => Promise<Buffer | undefined>): AsyncGenerator<DecodedBlock> {
  let held = Buffer.alloc(0);
  const holds = async (count: number): Promise<boolean> => {
    while (held.length < count) {
      const chunk = await next();
      if (!chunk) return false;
      held = Buffer.concat([held, chunk]);
    }
    return true;
  };
  if (!(await holds(24)) || !(await holds(held.readUInt32BE(4)))) return;
  const sampleRate = held.readUInt32BE(16);
  const count = held.readUInt32BE(20);
  held = held.subarray(held.readUInt32BE(4));
  while (await holds(4 * count)) {
    const frames = Math.floor(held.length / (4 * count));
    const channels = Array.from({ length: count }, () => new Float32Array(frames));
    channels.forEach((channel, c) => {
      for (let i = 0; i < frames; i++) channel[i] = held.readFloatBE(4 * (i * count + c));
    });
    held = held.subarray(4 * count * frames);
    yield { channels, sampleRate };
  }
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, expect, test } from 'vitest';
import { findCheckpoint, readCheckpoint, writeCheckpoint } from '../../../src/train/engine/checkpoint.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-checkpoint-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'fit.checkpoint');
const shape = { state: v.object({ step: v.number() }), lengths: [3, 2] };
const checkpoint = { state: { step: 7 }, tensors: [Float32Array.of(1, 2, 3), Float32Array.of(4, 5)] };

/** The file of the checkpoint above, with another header. */
function withHeader(change: (header: Record<string, unknown>) => unknown): Buffer {
  writeCheckpoint(path, 'these', checkpoint);
  const bytes = readFileSync(path);
  const end = 4 + bytes.readUInt32LE(0);
  const header = Buffer.from(JSON.stringify(change(JSON.parse(bytes.toString('utf8', 4, end)))));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(header.length);
  return Buffer.concat([size, header, bytes.subarray(end)]);
}

test('what was written is read back', () => {
  writeCheckpoint(path, 'these', checkpoint);
  expect(readCheckpoint(path, 'these', shape)).toEqual(checkpoint);
  expect(readCheckpoint(join(folder, 'none'), 'these', shape)).toBeUndefined();
});

test.each<[string, () => Uint8Array]>([
  ['nothing', () => new Uint8Array(0)],
  ['three bytes', () => Uint8Array.of(1, 2, 3)],
  ['a header that is longer than the file', () => Uint8Array.of(255, 255, 255, 255, 123)],
  ['a header of null', () => withHeader(() => null)],
  ['a header without lengths', () => withHeader(({ lengths: _, ...rest }) => rest)],
  ['lengths of less than nothing', () => withHeader((header) => ({ ...header, lengths: [6, -1] }))],
  ['other lengths', () => withHeader((header) => ({ ...header, lengths: [2, 3] }))],
  ['huge lengths', () => withHeader((header) => ({ ...header, lengths: [2 ** 53 - 1, 5] }))],
  ['another state', () => withHeader((header) => ({ ...header, state: { step: 8 } }))],
  ['a state of null', () => withHeader((header) => ({ ...header, state: null }))],
  ['half a value', () => withHeader((header) => header).subarray(0, -2)],
])('%s is a damaged checkpoint', (_, content) => {
  writeFileSync(path, content());
  expect(() => readCheckpoint(path, 'these', shape)).toThrow(
    expect.objectContaining({ name: 'SerError', code: 'model', message: expect.stringContaining('begin again') }),
  );
  expect(findCheckpoint(path, 'these', shape)).toBeUndefined();
});

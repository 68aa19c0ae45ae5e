import { expect, test } from 'vitest';
import { sha256 } from '../src/sha256.ts';
import { webSha256 } from '../src/webSha256.ts';

// FIPS 180-4, appendix B.1.
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

test('the hash of a text is that of its bytes, and that of parts is that of the whole', async () => {
  expect(sha256('abc')).toBe(ABC);
  expect(sha256(['a', Buffer.from('bc')])).toBe(ABC);
  expect(sha256('abc', 'base64')).toBe(Buffer.from(ABC, 'hex').toString('base64'));
  expect(await webSha256(new TextEncoder().encode('abc'))).toBe(ABC);
});

test('numbers are hashed as the bytes that they take', () => {
  const values = Float32Array.of(1, -2, 0.5);
  expect(sha256(values)).toBe(sha256(new Uint8Array(values.buffer)));
  expect(sha256(values.subarray(1))).toBe(sha256(Float32Array.of(-2, 0.5)));
});

test('where the browser withholds its means there is no hash', async () => {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'crypto')!;
  Object.defineProperty(globalThis, 'crypto', { value: {}, configurable: true });
  try {
    expect(await webSha256(new Uint8Array(1))).toBeUndefined();
  } finally {
    Object.defineProperty(globalThis, 'crypto', own);
  }
});

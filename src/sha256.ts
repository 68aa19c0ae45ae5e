import { createHash } from 'node:crypto';

type Content = string | NodeJS.ArrayBufferView;

/** SHA-256 of a content, or of the parts of one; of an array of numbers, that of its bytes. */
export function sha256(
  content: Content | readonly Content[],
  encoding: 'hex' | 'base64' | 'base64url' = 'hex',
): string {
  const hash = createHash('sha256');
  for (const part of [content].flat()) hash.update(part);
  return hash.digest(encoding);
}

import { createHash } from 'node:crypto';
import { piecesOf } from './files/pieces.ts';

type Content = string | NodeJS.ArrayBufferView;

/** SHA-256 of a content, or of the parts of one, which are taken one at a time; of an array of numbers, that of its bytes. */
export function sha256(content: Content | Iterable<Content>, encoding: 'hex' | 'base64' | 'base64url' = 'hex'): string {
  const hash = createHash('sha256');
  const parts = typeof content === 'string' || ArrayBuffer.isView(content) ? [content] : content;
  for (const part of parts) {
    if (typeof part === 'string') hash.update(part);
    else for (const piece of piecesOf(part)) hash.update(piece);
  }
  return hash.digest(encoding);
}

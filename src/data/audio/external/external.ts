import { SerError } from '../../../error.ts';
import type { Decode } from '../format.ts';
import { decodeByPackage } from './aacPackage.ts';
import { decodeByFfmpeg } from './ffmpeg.ts';

export interface ExternalOptions {
  /** Whether to use the program `ffmpeg` if it is on the PATH. Default true; the server's is false. */
  ffmpeg?: boolean;
}

/**
 * Decodes AAC with software that is not part of the toolkit: the program `ffmpeg`, or the package `@audio/decode-aac`. In Node and
 * Deno only.
 * @returns a `fallback` for the reader
 */
export function externalDecoder({ ffmpeg = true }: ExternalOptions = {}): Decode {
  return async function* (source, context) {
    const blocks = (ffmpeg && (await decodeByFfmpeg(source, context))) || (await decodeByPackage(source));
    if (!blocks) {
      throw new SerError(
        'audio',
        'it is AAC audio, which needs a decoder that is not installed: ' +
          `${ffmpeg ? 'install ffmpeg' : 'start the server with --ffmpeg'}, or \`npm install @audio/decode-aac\` (GPL-2.0)`,
      );
    }
    yield* blocks;
  };
}

import type { FastifyRequest } from 'fastify';
import { problem } from '../problem.ts';

/** An uploaded recording, kept only in memory. */
export interface Upload {
  file: string;
  bytes: Uint8Array;
}

export interface UploadLimits {
  /** Total bytes of all files of a request. */
  bytes: number;
  files: number;
}

/**
 * The recordings of a request: each file of a form, or the body itself.
 * @param name  of the recording if it is the body
 * @throws {Problem} `no_file`, `too_large`, `too_many_files`, `bad_request` for a broken form
 */
export async function readUploads(request: FastifyRequest, limits: UploadLimits, name?: string): Promise<Upload[]> {
  if (!request.isMultipart()) {
    if (!Buffer.isBuffer(request.body)) throw noFile();
    return [{ file: cleanName(name), bytes: request.body }];
  }
  try {
    return await readForm(request, limits);
  } catch (error) {
    // The rest of the form must be read, or the client keeps sending instead of reading the response.
    request.raw.unpipe().resume();
    if ((error as { statusCode?: number }).statusCode) throw error;
    throw problem('bad_request', `The form cannot be read (${(error as Error).message}).`);
  }
}

async function readForm(request: FastifyRequest, { bytes: most, files }: UploadLimits): Promise<Upload[]> {
  const uploads: Upload[] = [];
  let total = 0;
  for await (const part of request.parts({ limits: { files, fileSize: most, fields: 100, parts: files + 100 } })) {
    if (part.type !== 'file') continue;
    const bytes = await part.toBuffer();
    total += bytes.length;
    if (total > most) throw tooLarge(most);
    uploads.push({ file: cleanName(part.filename), bytes });
  }
  if (uploads.length === 0) throw noFile();
  return uploads;
}

export const tooLarge = (bytes: number) =>
  problem(
    'too_large',
    `A request may have ${Number((bytes / 2 ** 20).toPrecision(3))} MB; send fewer or shorter recordings at a time.`,
  );

const noFile = () =>
  problem(
    'no_file',
    'There is no recording in the request: send files as multipart/form-data, or one as the body with Content-Type audio/wav.',
  );

/** The name without folders and control characters, no longer than a file name can be. */
function cleanName(name = ''): string {
  const base = name.split(/[\\/]/).at(-1)!;
  return base.replace(/\p{Cc}/gu, '').slice(0, 255) || 'recording';
}

import { FRAME_SAMPLES, readFrame } from '../compressed/aac/adtsFrames.ts';
import type { ByteSource, DecodedBlock } from '../format.ts';

/** The part of the package `@audio/decode-aac` that is used. */
interface AacPackage {
  decoder(): Promise<{ decode(bytes: Uint8Array): Part; flush(): Part; free(): void }>;
}

interface Part {
  channelData: Float32Array[];
  sampleRate: number;
}

/** Its licence is the GPL: it is not a dependency, and type checkers and bundlers must not look for it. */
const NAME = ['@audio', 'decode-aac'].join('/');

/** Bytes decoded at a time. */
const CHUNK = 16_384;

/**
 * Decodes AAC with the package `@audio/decode-aac` (GPL-2.0), if it is installed.
 * @param source  AAC frames, each with its ADTS header
 * @returns  undefined if there is no such package
 */
export async function decodeByPackage(source: ByteSource): Promise<AsyncGenerator<DecodedBlock> | undefined> {
  const aac = await (import(NAME) as Promise<AacPackage>).catch(() => undefined);
  return aac && decode(aac);

  async function* decode({ decoder }: AacPackage): AsyncGenerator<DecodedBlock> {
    const one = await decoder();
    const block = ({ channelData, sampleRate }: Part) => ({ channels: channelData, sampleRate });
    const sounds = ({ channelData }: Part) => (channelData[0]?.length ?? 0) > 0;
    const coded = readFrame((await source.read(0, 16)).slice())?.sampleRate;
    let begun = false;
    try {
      for (let at = 0; at < source.size; at += CHUNK) {
        const part = one.decode((await source.read(at, CHUNK)).slice());
        if (!sounds(part)) continue;
        // It omits the first frame, which other decoders return and containers count.
        if (!begun) yield block(silence(part, (FRAME_SAMPLES * part.sampleRate) / (coded ?? part.sampleRate)));
        begun = true;
        yield block(part);
      }
      const rest = one.flush();
      if (sounds(rest)) yield block(rest);
    } finally {
      one.free();
    }
  }
}

function silence({ channelData, sampleRate }: Part, samples: number): Part {
  return { channelData: channelData.map(() => new Float32Array(samples)), sampleRate };
}

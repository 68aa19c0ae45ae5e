export interface FlacOptions {
  bits: number;
  /** Samples of each block; the last one may be shorter. */
  blockSizes: readonly number[];
  /** Whether frames are numbered by their first sample. */
  variable?: boolean;
  /** Bits that are zero at the end of every sample, and are not written. */
  wasted?: number;
}

/** A FLAC file whose samples are written as they are, without prediction. @param channels  whole numbers of `bits` bits */
export function writeFlac(channels: readonly (readonly number[])[], options: FlacOptions): Uint8Array {
  const { bits, blockSizes, variable = false, wasted = 0 } = options;
  const samples = channels[0].length;
  const info = createBits();
  info.put(Math.min(...blockSizes), 16);
  info.put(Math.max(...blockSizes), 16);
  info.put(0, 48); // frame sizes: unknown
  info.put(16_000, 20);
  info.put(channels.length - 1, 3);
  info.put(bits - 1, 5);
  info.put(samples, 36);
  info.put(0, 128); // no MD5
  const parts = [Buffer.from('fLaC\x80\x00\x00\x22', 'latin1'), info.bytes()];
  let from = 0;
  for (let frame = 0; from < samples; frame++) {
    const to = Math.min(samples, from + blockSizes[frame % blockSizes.length]);
    const out = createBits();
    out.put(0xfff8 | (variable ? 1 : 0), 16);
    out.put(0x70, 8); // size of the block in 16 bits, rate of STREAMINFO
    out.put((channels.length - 1) << 4, 8); // bits of STREAMINFO
    for (const byte of coded(variable ? from : frame)) out.put(byte, 8);
    out.put(to - from - 1, 16);
    out.put(crc(out.bytes(), 8, 0x07), 8);
    for (const channel of channels) {
      out.put(2 | (wasted > 0 ? 1 : 0), 8);
      if (wasted > 0) out.put(1, wasted);
      for (const sample of channel.slice(from, to)) {
        const value = sample / 2 ** wasted;
        out.put(value < 0 ? value + 2 ** (bits - wasted) : value, bits - wasted);
      }
    }
    const bytes = out.bytes();
    parts.push(bytes, Buffer.from([crc(bytes, 16, 0x8005) >> 8, crc(bytes, 16, 0x8005) & 255]));
    from = to;
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** A number as UTF-8 would code it. */
function coded(value: number): number[] {
  return [...Buffer.from(String.fromCodePoint(value), 'utf8')];
}

function createBits() {
  const bits: number[] = [];
  return {
    put: (value: number, count: number): void => {
      for (let bit = count - 1; bit >= 0; bit--) bits.push(Math.floor(value / 2 ** bit) % 2);
    },
    bytes: (): Buffer => {
      const bytes = Buffer.alloc(Math.ceil(bits.length / 8));
      bits.forEach((bit, i) => (bytes[i >> 3] |= bit << (7 - (i & 7))));
      return bytes;
    },
  };
}

function crc(bytes: Uint8Array, width: number, polynomial: number): number {
  let value = 0;
  for (const byte of bytes) {
    value ^= byte << (width - 8);
    for (let bit = 0; bit < 8; bit++) {
      value = (value << 1) ^ ((value >> (width - 1)) & 1 ? polynomial : 0);
      value &= 2 ** width - 1;
    }
  }
  return value;
}

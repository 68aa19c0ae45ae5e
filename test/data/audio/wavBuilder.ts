/** One RIFF chunk, padded to an even length; `size` is what its header claims, the truth by default. */
export function chunk(id: string, body: Uint8Array, size = body.length): Uint8Array {
  const bytes = new Uint8Array(8 + body.length + (body.length % 2));
  bytes.set(new TextEncoder().encode(id));
  new DataView(bytes.buffer).setUint32(4, size, true);
  bytes.set(body, 8);
  return bytes;
}

interface Format {
  tag?: number;
  bits?: number;
  channels?: number;
  sampleRate?: number;
  blockAlign?: number;
  extensible?: boolean;
}

/** A "fmt " chunk, mono 16-bit PCM at 16 kHz unless told otherwise. */
export function format(options: Format = {}): Uint8Array {
  const { tag = 1, bits = 16, channels = 1, sampleRate = 16_000, extensible = false } = options;
  const { blockAlign = (channels * bits) / 8 } = options;
  const body = new Uint8Array(extensible ? 40 : 16);
  const view = new DataView(body.buffer);
  view.setUint16(0, extensible ? 0xfffe : tag, true);
  view.setUint16(2, channels, true);
  view.setUint32(4, sampleRate, true);
  view.setUint32(8, sampleRate * blockAlign, true);
  view.setUint16(12, blockAlign, true);
  view.setUint16(14, bits, true);
  if (extensible) {
    view.setUint16(16, 22, true);
    view.setUint16(18, bits, true);
    view.setUint16(24, tag, true);
    body.set([0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71], 26);
  }
  return chunk('fmt ', body);
}

/** A WAV file of the given chunks; a last argument may lie about the container. */
export function buildWav(...parts: (Uint8Array | { tag?: string; riffSize?: number })[]): Uint8Array {
  const chunks = parts.filter((part) => part instanceof Uint8Array);
  const lies = parts.find((part) => !(part instanceof Uint8Array)) as { tag?: string; riffSize?: number } | undefined;
  const body = new Uint8Array([...new TextEncoder().encode('WAVE'), ...chunks.flatMap((part) => [...part])]);
  return chunk(lies?.tag ?? 'RIFF', body, lies?.riffSize);
}

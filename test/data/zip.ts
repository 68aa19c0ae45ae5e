export interface ZipEntry {
  name: string;
  body?: Uint8Array;
  /** Unix mode with file type: 0o120777 is a symbolic link. */
  mode?: number;
  /** What the headers claim instead of the truth. */
  claimedSize?: number;
  encrypted?: boolean;
}

/** The bytes of a zip file whose entries are stored, not compressed, and carry no checksum (which yauzl ignores). */
export function buildZip(entries: ZipEntry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let offset = 0;
  for (const { name, body = new Uint8Array(0), mode = 0o100644, claimedSize = body.length, encrypted } of entries) {
    const encoded = new TextEncoder().encode(name);
    const header = (signature: number, size: number): [Uint8Array, DataView] => {
      const bytes = new Uint8Array(size + encoded.length);
      bytes.set(encoded, size);
      const view = new DataView(bytes.buffer);
      view.setUint32(0, signature, true);
      return [bytes, view];
    };
    // The fields that both kinds of header have, in the same order, two bytes later in the central directory.
    const common = (view: DataView, at: number): void => {
      view.setUint16(at, 20, true);
      view.setUint16(at + 2, 0x800 | (encrypted ? 1 : 0), true);
      view.setUint32(at + 14, claimedSize + (encrypted ? 12 : 0), true); // encryption puts 12 bytes in front
      view.setUint32(at + 18, claimedSize, true);
      view.setUint16(at + 22, encoded.length, true);
    };
    const [local, localView] = header(0x04034b50, 30);
    common(localView, 4);
    const [listed, view] = header(0x02014b50, 46);
    view.setUint16(4, (3 << 8) | 20, true); // made on Unix: the mode counts
    common(view, 6);
    view.setUint32(38, (mode << 16) >>> 0, true);
    view.setUint32(42, offset, true);
    parts.push(local, body);
    central.push(listed);
    offset += local.length + body.length;
  }
  const end = new Uint8Array(22);
  const view = new DataView(end.buffer);
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, entries.length, true);
  view.setUint16(10, entries.length, true);
  view.setUint32(
    12,
    central.reduce((sum, part) => sum + part.length, 0),
    true,
  );
  view.setUint32(16, offset, true);
  return new Uint8Array(Buffer.concat([...parts, ...central, end]));
}

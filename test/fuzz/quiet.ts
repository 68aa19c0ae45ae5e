/** Imported before all else: keeps what a decoder prints, instead of printing it. */
let text = '';
for (const stream of [process.stdout, process.stderr]) {
  stream.write = ((chunk: unknown) => {
    text += String(chunk);
    return true;
  }) as typeof stream.write;
}

/** What was printed since the last call. */
export function printed(): string {
  const all = text;
  text = '';
  return all;
}

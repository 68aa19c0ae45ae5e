/** Concatenates parts of a signal; a single part that owns all of its memory is returned as it is. */
export function joinSamples(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1 && parts[0].byteLength === parts[0].buffer.byteLength) return parts[0];
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

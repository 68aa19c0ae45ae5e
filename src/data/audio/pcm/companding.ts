/**
 * The 16-bit sample for a byte of A-law.
 * Source: ITU-T G.711, table 1; 13 bits, at the top of 16.
 */
export function expandALaw(byte: number): number {
  const code = byte ^ 0x55; // even bits are inverted on the line
  const segment = (code >> 4) & 7;
  const step = ((code & 15) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return code & 0x80 ? magnitude : -magnitude;
}

/**
 * The 16-bit sample for a byte of µ-law.
 * Source: ITU-T G.711, table 2; 14 bits, at the top of 16.
 */
export function expandMuLaw(byte: number): number {
  const code = ~byte; // all bits are inverted on the line
  const magnitude = ((((code & 15) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84;
  return code & 0x80 ? -magnitude : magnitude;
}

/**
 * The byte of µ-law for a sample: sign, segment (the power of two), and four bits within it.
 * Source: ITU-T G.711, table 2.
 * @param sample  full scale ±32,768; what is beyond 32,635 is cut off there
 */
export function compressMuLaw(sample: number): number {
  const biased = Math.min(Math.round(Math.abs(sample)), 32_635) + 0x84;
  const segment = Math.floor(Math.log2(biased)) - 7;
  const code = (segment << 4) | ((biased >> (segment + 3)) & 15);
  return ~(sample < 0 ? code | 0x80 : code) & 0xff;
}

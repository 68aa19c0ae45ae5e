import { readFileSync } from 'node:fs';

/** Clips whose every intermediate array is among the fixtures. */
export const GOLDEN_CLIPS = ['03-01-01-01-01-01-02', '03-01-05-01-01-01-01', '03a02Fc'] as const;

/** Rates in Hz from which a second of audio was resampled to 16 kHz. */
export const GOLDEN_RATES = [8000, 22_050, 44_100, 48_000, 96_000] as const;

const FIXTURES = new URL('../fixtures/features/', import.meta.url);

/** The values of a float32 `.npy` file, C order. */
export function readNpy(name: string): Float32Array {
  const bytes = readFileSync(new URL(name, FIXTURES));
  const start = 10 + bytes.readUInt16LE(8);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length));
}

export interface GoldenTable {
  names: string[];
  rows: { file: string; values: number[] }[];
}

/** A table of reference vectors: a header, then a file name and its values a line. */
export function readReferenceTable(name: string): GoldenTable {
  const [header, ...lines] = readFileSync(new URL(name, FIXTURES), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  return {
    names: header.slice(1),
    rows: lines.map(([file, ...values]) => ({ file, values: values.map(Number) })),
  };
}

/** Population standard deviation of every column. */
export function deviations(rows: number[][]): number[] {
  return rows[0].map((_, j) => {
    const mean = rows.reduce((sum, row) => sum + row[j], 0) / rows.length;
    return Math.sqrt(rows.reduce((sum, row) => sum + (row[j] - mean) ** 2, 0) / rows.length);
  });
}

/** A sine of half full scale at 16 kHz. */
export function sine(hz: number, samples = 16_000): Float32Array {
  return Float32Array.from({ length: samples }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hz * i) / 16_000));
}

import { powerToDb } from './mel.ts';
import type { Frames } from './types.ts';

/**
 * Mel-frequency cepstral coefficients: the first `count` of the orthonormal DCT-II of the mel bands in decibels.
 * Matches `librosa.feature.mfcc(S=power_to_db(mel), n_mfcc=count)` 0.10.2 within 1e-4.
 * @param mel  power, frames × mels (an even number)
 * @returns  frames × count
 */
export function mfcc(mel: Frames, count = 40): Frames & { data: Float32Array } {
  return dct(powerToDb(mel), count);
}

/**
 * The first `count` coefficients of the orthonormal DCT-II of every row, as `scipy.fftpack.dct(type=2, norm='ortho')`.
 * @param values  frames × an even number of bins
 */
export function dct({ data, frames, bins }: Frames, count: number): Frames & { data: Float32Array } {
  const half = bins / 2;
  const basis = dctBasis(bins, count);
  const output = new Float32Array(frames * count);
  // Even coefficients see only the even part of a row, odd ones the odd part: half the products.
  const even = new Float64Array(half);
  const odd = new Float64Array(half);
  const row = new Float64Array(basis.length / half);
  for (let t = 0; t < frames; t++) {
    for (let i = 0, a = t * bins, b = a + bins - 1; i < half; i++, a++, b--) {
      even[i] = data[a] + data[b];
      odd[i] = data[a] - data[b];
    }
    // Four sums abreast: each waits for its own additions only.
    for (let k = 0, a = 0; k < count; k += 4, a += 4 * half) {
      let [p, q, r, s] = [0, 0, 0, 0];
      for (let i = 0; i < half; i++) {
        p += even[i] * basis[a + i];
        q += odd[i] * basis[a + half + i];
        r += even[i] * basis[a + 2 * half + i];
        s += odd[i] * basis[a + 3 * half + i];
      }
      row[k] = p;
      row[k + 1] = q;
      row[k + 2] = r;
      row[k + 3] = s;
    }
    for (let k = 0, at = t * count; k < count; k++, at++) output[at] = row[k];
  }
  return { data: output, frames, bins: count };
}

const cache = new Map<string, Float64Array>();

/** The left half of the first `count` basis vectors, `basis[k * size / 2 + i]`; zeros make their number a multiple of four. */
function dctBasis(size: number, count: number): Float64Array {
  const key = `${size}/${count}`;
  const cached = cache.get(key);
  if (cached) return cached;
  const half = size / 2;
  const basis = new Float64Array(4 * Math.ceil(count / 4) * half);
  for (let k = 0; k < count; k++) {
    const scale = Math.sqrt((k === 0 ? 1 : 2) / size);
    for (let i = 0; i < half; i++) basis[k * half + i] = scale * Math.cos((Math.PI * k * (2 * i + 1)) / (2 * size));
  }
  cache.set(key, basis);
  return basis;
}

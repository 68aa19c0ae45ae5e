import { createRealFft } from '../../features/fft/fft.ts';

/**
 * Filters a signal by overlap-add.
 * @param response  the filter's impulse response
 * @returns signal.length + response.length − 1 samples, as `numpy.convolve(signal, response)` to 1e-6 of its largest value
 */
export function convolve(signal: Float32Array, response: Float32Array): Float32Array {
  const fft = createRealFft(Math.max(1024, 2 ** Math.ceil(Math.log2(4 * response.length))));
  const bins = fft.size / 2 + 1;
  const transform = (part: Float32Array): { re: Float32Array; im: Float32Array } => {
    const [re, im] = [new Float32Array(bins), new Float32Array(bins)];
    fft.samples.fill(0);
    fft.samples.set(part);
    fft.forward(fft.samples, re, im);
    return { re, im };
  };
  const filter = transform(response);
  const result = new Float32Array(signal.length + response.length - 1);
  const step = fft.size - response.length + 1;
  for (let at = 0; at < signal.length; at += step) {
    const { re, im } = transform(signal.subarray(at, at + step));
    for (let k = 0; k < bins; k++) {
      const real = re[k] * filter.re[k] - im[k] * filter.im[k];
      im[k] = re[k] * filter.im[k] + im[k] * filter.re[k];
      re[k] = real;
    }
    fft.inverse(re, im, fft.samples);
    const length = Math.min(fft.size, result.length - at);
    for (let i = 0; i < length; i++) result[at + i] += fft.samples[i];
  }
  return result;
}

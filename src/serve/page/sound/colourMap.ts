import { MAGMA } from '../../../eval/charts/chartTheme.ts';
import type { SoundPicture } from './soundPicture.ts';

const STOPS = MAGMA.map((colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)));

/** Colour of a value 0 … 255, as red, green, blue. */
export function magma(value: number): number[] {
  const place = (value / 255) * (STOPS.length - 1);
  const [low, high] = [STOPS[Math.floor(place)], STOPS[Math.ceil(place)]];
  return low.map((channel, i) => Math.round(channel + (high[i] - channel) * (place % 1)));
}

/** Draws a spectrogram, one pixel per value, the lowest band at the bottom. */
export function drawSpectrogram(canvas: HTMLCanvasElement, { mel, columns, bands }: SoundPicture): void {
  const colours = Array.from({ length: 256 }, (_, value) => magma(value));
  const pixels = new ImageData(columns, bands);
  for (let column = 0; column < columns; column++) {
    for (let band = 0; band < bands; band++) {
      const at = 4 * ((bands - 1 - band) * columns + column);
      pixels.data.set(colours[mel[column * bands + band]], at);
      pixels.data[at + 3] = 255;
    }
  }
  canvas.width = columns;
  canvas.height = bands;
  canvas.getContext('2d')!.putImageData(pixels, 0, 0);
}

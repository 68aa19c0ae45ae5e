import { createCanvas } from '@napi-rs/canvas';
import type { Frames } from '../../../features/types.ts';

/** Colours for a range of values, evenly spaced and interpolated linearly in RGB. */
export interface ColourRamp {
  domain: readonly [low: number, high: number];
  /** `#rrggbb` */
  range: readonly string[];
}

/**
 * Frames as a picture: time from left to right, bin 0 at the bottom; values outside the domain have its end colours. As
 * one image, thousands of cells take a hundredth of the bytes of SVG shapes.
 * @param size  least size in pixels: every cell has the same whole number of pixels, so that its edges stay sharp when the picture is scaled
 * @returns a `data:` URL of a PNG
 */
export function heatMapUrl(
  { data, frames, bins }: Frames,
  { domain: [low, high], range }: ColourRamp,
  size: { width: number; height: number },
): string {
  const cellWidth = Math.ceil(size.width / frames);
  const cellHeight = Math.ceil(size.height / bins);
  const width = frames * cellWidth;
  const canvas = createCanvas(width, bins * cellHeight);
  const context = canvas.getContext('2d');
  const image = context.createImageData(width, bins * cellHeight);
  const pixels = new Uint32Array(image.data.buffer);
  const stops = range.map((colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)));
  for (let t = 0; t < frames; t++) {
    for (let bin = 0; bin < bins; bin++) {
      const share = (data[t * bins + bin] - low) / (high - low);
      const position = Math.min(1, Math.max(0, share)) * (stops.length - 1);
      const below = Math.min(stops.length - 2, Math.floor(position));
      const [r, g, b] = stops[below].map((from, i) =>
        Math.round(from + (stops[below + 1][i] - from) * (position - below)),
      );
      const pixel = 0xff000000 | (b << 16) | (g << 8) | r;
      const top = (bins - 1 - bin) * cellHeight;
      for (let y = top; y < top + cellHeight; y++) {
        const start = y * width + t * cellWidth;
        pixels.fill(pixel, start, start + cellWidth);
      }
    }
  }
  context.putImageData(image, 0, 0);
  return canvas.toDataURL('image/png');
}

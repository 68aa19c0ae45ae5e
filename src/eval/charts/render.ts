import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';
import { Resvg } from '@resvg/resvg-js';
import * as vega from 'vega';
import { compile } from 'vega-lite';
import { SerError } from '../../error.ts';
import type { ChartSpec } from './chartTheme.ts';
import { memoize } from '../../memoize.ts';

declare module 'vega' {
  /** vega-scenegraph's text measurement, exported by vega but missing in its types; `width` can be replaced. */
  export const textMetrics: { width(item: { fontSize?: number; fontWeight?: string | number }, text: unknown): number };
}

const FONT = 'DejaVu Sans';
const fonts = join(dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf');
const FONT_FILES = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((name) => join(fonts, name));

/**
 * Draws a chart as SVG. The same specification gives the same text on every machine: labels are laid out with the widths
 * of the font that is part of the package.
 * @throws {SerError} `usage` if it is not a valid Vega-Lite specification
 */
export async function renderSvg(spec: ChartSpec): Promise<string> {
  measureWithOwnFont();
  let view: vega.View | undefined;
  try {
    // A copy, as vega writes its own marks into the data.
    view = new vega.View(vega.parse(compile(structuredClone(spec)).spec), { renderer: 'none' });
    return await view.toSVG();
  } catch (cause) {
    throw new SerError('usage', `the chart cannot be drawn: ${(cause as Error).message}`, { cause });
  } finally {
    view?.finalize();
  }
}

export interface PngOptions {
  /** Pixels per CSS pixel: 2 is sharp on dense screens and on paper. */
  scale?: number;
}

/** Draws a chart, or an SVG, as PNG on white, with only the package's own font. */
export async function renderPng(chart: ChartSpec | string, { scale = 2 }: PngOptions = {}): Promise<Uint8Array> {
  const svg = typeof chart === 'string' ? chart : await renderSvg(chart);
  try {
    const image = new Resvg(svg, {
      background: 'white',
      fitTo: { mode: 'zoom', value: scale },
      font: { loadSystemFonts: false, fontFiles: FONT_FILES, defaultFontFamily: FONT, sansSerifFamily: FONT },
    });
    return image.render().asPng();
  } catch (cause) {
    throw new SerError('usage', `the SVG cannot be drawn: ${(cause as Error).message}`, { cause });
  }
}

/** Without a canvas vega assumes .8 em per letter, a third too wide. */
const measureWithOwnFont = memoize(() => {
  for (const file of FONT_FILES) GlobalFonts.registerFromPath(file, FONT);
  const context = createCanvas(1, 1).getContext('2d');
  vega.textMetrics.width = ({ fontSize = 11, fontWeight = 'normal' }, text) => {
    context.font = `${fontWeight} ${fontSize}px "${FONT}"`;
    return context.measureText(String(text ?? '')).width;
  };
});

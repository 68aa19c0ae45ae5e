import type { ChartSpec } from './chartTheme.ts';

/** A chart for notebooks, by MIME type: the page uses the richest form that it can draw. */
export interface ChartBundle {
  data: {
    /** Drawn by the page's own Vega-Lite: tooltips, sharp at any size. */
    'application/vnd.vegalite.v5+json': ChartSpec;
    /** Base64, for pages that run no scripts, such as those of code hosts. */
    'image/png': string;
    'text/plain': string;
  };
  /** Intended size in CSS pixels; the picture has more pixels. */
  metadata: { 'image/png': { width: number; height: number } };
}

/** Pixels per CSS pixel: sharp enough, with half the bytes of 2. */
const SCALE = 1.5;

/**
 * A chart with a picture of it. No notebook can render `…v6+json` yet; renderers of v5 draw these charts, and only warn of a newer
 * `$schema`, which is therefore left out.
 * @throws {SerError} `usage` if it is not a valid Vega-Lite specification
 * @example
 * const chart = confusionChart({ labels: ['angry', 'calm'], confusion: [[3, 1], [0, 2]], title: 'Test' });
 * Object.keys(await chartBundle(chart)) // → ['data', 'metadata']
 */
export async function chartBundle(spec: ChartSpec): Promise<ChartBundle> {
  // Loaded on demand: code that draws no charts need not wait for these libraries.
  const { renderPng } = await import('./render.ts');
  const png = Buffer.from(await renderPng(spec, { scale: SCALE }));
  const drawn = { ...spec };
  delete drawn.$schema;
  const title = (spec.title as { text?: string } | undefined)?.text ?? 'chart';
  return {
    data: {
      'application/vnd.vegalite.v5+json': drawn,
      'image/png': png.toString('base64'),
      'text/plain': `[${title}]`,
    },
    // Width and height are at bytes 16 and 20 of every PNG.
    metadata: {
      'image/png': {
        width: Math.round(png.readUInt32BE(16) / SCALE),
        height: Math.round(png.readUInt32BE(20) / SCALE),
      },
    },
  };
}

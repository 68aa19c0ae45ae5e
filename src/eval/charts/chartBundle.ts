import type { ChartSpec } from './chartTheme.ts';

/** A chart as a notebook shows it, by MIME type: the page takes the richest that it can draw. */
export interface ChartBundle {
  data: {
    /** Drawn by the page's own Vega-Lite: tooltips, sharp at any size. */
    'application/vnd.vegalite.v5+json': ChartSpec;
    /** Base64, for pages that run no scripts, as on a code host. */
    'image/png': string;
    'text/plain': string;
  };
  /** The picture has more pixels than that; this is the size that it is meant to have. */
  metadata: { 'image/png': { width: number; height: number } };
}

/** Pixels a CSS pixel: sharp enough, and half the bytes of 2. */
const SCALE = 1.5;

/**
 * A chart with a picture of it. No notebook has a renderer of `…v6+json` yet; those of v5 draw these charts, and only warn of a newer
 * `$schema`, which is left out.
 * @throws {SerError} `usage` if it is no valid Vega-Lite specification
 * @example
 * const chart = confusionChart({ labels: ['angry', 'calm'], confusion: [[3, 1], [0, 2]], title: 'Test' });
 * Object.keys(await chartBundle(chart)) // → ['data', 'metadata']
 */
export async function chartBundle(spec: ChartSpec): Promise<ChartBundle> {
  // Loaded here: whoever draws no chart need not wait for the libraries that do.
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
    // Width and height stand at bytes 16 and 20 of every PNG.
    metadata: {
      'image/png': {
        width: Math.round(png.readUInt32BE(16) / SCALE),
        height: Math.round(png.readUInt32BE(20) / SCALE),
      },
    },
  };
}

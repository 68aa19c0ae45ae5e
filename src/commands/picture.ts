import { extname } from 'node:path';
import { SerError } from '../error.ts';
import type { ChartSpec } from '../eval/charts/chartTheme.ts';
import { checkOutFile, writeFileAtomic } from '../files/files.ts';

/** @throws {SerError} `usage` for a path that ends neither with .svg nor .png, or cannot be written: before the work, not after it */
export function checkPicturePath(path: string, option = '--out'): void {
  if (!/\.(svg|png)$/i.test(path))
    throw new SerError('usage', `${path}: a picture is an .svg or a .png file; end \`${option}\` with one of them.`);
  checkOutFile(path, option);
}

/** Draws a chart to an .svg file, or a .png file of twice its size. */
export async function writePicture(path: string, chart: ChartSpec): Promise<void> {
  // Loaded after the checks: the charts' libraries are slow to load.
  const { renderPng, renderSvg } = await import('../eval/charts/render.ts');
  const isPng = extname(path).toLowerCase() === '.png';
  writeFileAtomic(path, isPng ? await renderPng(chart) : await renderSvg(chart));
}

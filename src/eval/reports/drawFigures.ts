import type { ChartSpec } from '../charts/chartTheme.ts';
import { renderPng, renderSvg } from '../charts/render.ts';
import type { PageFigure } from './page/reportPage.ts';

/** Draws the charts of a report. @returns them, and figures/NAME.svg and figures/NAME.png of each as files */
export async function drawFigures(
  figures: readonly { name: string; title: string; spec: ChartSpec }[],
): Promise<{ drawn: PageFigure[]; pictures: Map<string, string | Uint8Array> }> {
  const drawn: PageFigure[] = [];
  const pictures = new Map<string, string | Uint8Array>();
  for (const { name, title, spec } of figures) {
    const svg = await renderSvg(spec);
    drawn.push({ name, title, spec, svg });
    pictures.set(`figures/${name}.svg`, svg).set(`figures/${name}.png`, await renderPng(svg));
  }
  return { drawn, pictures };
}

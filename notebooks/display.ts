/** How a notebook of the Deno kernel shows charts, tables and sound. */
import { chartBundle } from '../src/eval/charts/chartBundle.ts';
import type { ChartSpec } from '../src/eval/charts/chartTheme.ts';
import { encodeWav, SAMPLE_RATE } from '../src/index.ts';

declare const Deno: { jupyter: { broadcast(type: string, content: object): Promise<void> } };

interface Output {
  /** By MIME type; the page takes the richest that it can draw. */
  data: Record<string, unknown>;
  metadata?: Record<string, unknown>;
}

/** What of danfojs's DataFrame a table is made of. */
interface Frame {
  columns: string[];
  index: (string | number)[];
  values: unknown;
}

/** A chart: Vega-Lite where the page runs scripts, else its picture. */
export async function showChart(spec: ChartSpec): Promise<void> {
  await show(await chartBundle(spec));
}

/**
 * A chart that is drawn again and again in its place, as one of a running training: `draw` at most once a second and never while
 * the one before is being drawn, `finish` in any case.
 */
export function liveChart(): { draw(spec: ChartSpec): void; finish(spec: ChartSpec): Promise<void> } {
  const id = `live-${charts++}`;
  let shown = false;
  let last = 0;
  let drawing: Promise<void> | undefined;
  const put = async (spec: ChartSpec): Promise<void> => {
    await show(await chartBundle(spec), { id, update: shown });
    shown = true;
    last = performance.now();
  };
  return {
    draw: (spec) => {
      if (drawing || performance.now() - last < 1000) return;
      drawing = put(spec).finally(() => (drawing = undefined));
    },
    finish: async (spec) => {
      await drawing;
      await put(spec);
    },
  };
}

let charts = 0;

/** Records, or a danfojs DataFrame, as a table; the numbers of a column that has fractions get that many digits. */
export async function showTable(table: Frame | Record<string, unknown>[], { digits = 3 } = {}): Promise<void> {
  const { header, rows } = Array.isArray(table) ? ofRecords(table) : ofFrame(table);
  const isNumeric = header.map((_, column) => rows.every((row) => typeof row[column] === 'number'));
  const isWhole = header.map((_, column) => rows.every((row) => Number.isInteger(row[column])));
  const textOf = (cell: unknown, column: number): string =>
    isNumeric[column] && !isWhole[column] ? (cell as number).toFixed(digits) : String(cell ?? '');
  const text = rows.map((row) => row.map(textOf));
  const line = (tag: string, cells: string[]): string => {
    const side = (column: number) => (isNumeric[column] ? 'right' : 'left');
    return `<tr>${cells.map((cell, i) => `<${tag} style="text-align: ${side(i)}">${escaped(cell)}</${tag}>`).join('')}</tr>`;
  };
  const widths = header.map((name, i) => Math.max(name.length, ...text.map((row) => row[i].length)));
  const plain = (cells: string[]): string =>
    cells
      .map((cell, i) => (isNumeric[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd();
  await show({
    data: {
      'text/html':
        `<table><thead>${line('th', header)}</thead>` +
        `<tbody>${text.map((row) => line('td', row)).join('')}</tbody></table>`,
      'text/plain': [header, ...text].map(plain).join('\n'),
    },
  });
}

/** Plays a signal of 16 kHz. It becomes part of the notebook: mind its licence before you share that. */
export async function play(signal: Float32Array, name: string): Promise<void> {
  const wav = Buffer.from(encodeWav(signal, SAMPLE_RATE)).toString('base64');
  await show({
    data: {
      'text/html': `<figure><figcaption>${escaped(name)}</figcaption><audio controls src="data:audio/wav;base64,${wav}"></audio></figure>`,
      'text/plain': `[${name}, ${(signal.length / SAMPLE_RATE).toFixed(1)} s of audio]`,
    },
  });
}

async function show({ data, metadata = {} }: Output, { id, update = false }: { id?: string; update?: boolean } = {}) {
  const type = update ? 'update_display_data' : 'display_data';
  await Deno.jupyter.broadcast(type, { data, metadata, transient: id ? { display_id: id } : {} });
  if (JSON.stringify(data).length > 32_768) await pushThrough();
}

/**
 * Deno's kernel drops a message, silently, while more than 128 KiB of those before it are still on their way to the page, and moves those
 * on only when it is given another message. So it is given some: of a display that does not exist, which nobody shows.
 */
async function pushThrough(): Promise<void> {
  for (let i = 0; i < 30; i++) {
    await new Promise((done) => setTimeout(done, 10));
    const nothing = { data: {}, metadata: {}, transient: { display_id: 'none' } };
    await Deno.jupyter.broadcast('update_display_data', nothing);
  }
}

function ofRecords(records: Record<string, unknown>[]) {
  const header = Object.keys(records[0] ?? {});
  return { header, rows: records.map((record) => header.map((name) => record[name])) };
}

/** The index is shown where it says more than the row's number. */
function ofFrame({ columns, index, values }: Frame) {
  const named = index.some((label, row) => label !== row);
  const rows = values as unknown[][];
  return named
    ? { header: ['', ...columns], rows: rows.map((row, i) => [index[i], ...row]) }
    : { header: columns, rows };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { writeFileAtomic, writeJson } from '../src/files/files.ts';

export interface Measurement {
  what: string;
  /** One value a round, all in the unit of the record. */
  values: number[];
}

export interface Recording {
  title: string;
  unit: string;
  measurements: Measurement[];
  /** How it was measured and what to know about it, a sentence each. */
  notes: string[];
}

/** Prints the table and writes it to `bench/results/<name>.md` and, with every value and the machine, `<name>.json`. */
export function record(name: string, { title, unit, measurements, notes }: Recording): void {
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${process.arch}`,
    node: process.version,
    load: loadavg().map((value) => Number(value.toFixed(2))),
  };
  const rows = measurements.map(({ what, values }) => ({ what, ...spread(values), values }));
  const markdown = [
    `# ${title}`,
    '',
    `| | min | median | max | ${unit}, rounds |`,
    '|---|---|---|---|---|',
    ...rows.map(
      (row) => `| ${row.what} | ${show(row.min)} | **${show(row.median)}** | ${show(row.max)} | ${row.values.length} |`,
    ),
    '',
    ...notes.map((note) => `- ${note}`),
    `- ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}; ` +
      `load averages at the end ${machine.load.join(', ')}.`,
    '',
  ].join('\n');
  const path = fileURLToPath(new URL(`./results/${name}`, import.meta.url));
  writeJson(`${path}.json`, { title, unit, rows, notes, machine });
  writeFileAtomic(`${path}.md`, markdown);
  console.log(markdown);
}

export function spread(values: number[]): { min: number; median: number; max: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
  return { min: sorted[0], median, max: sorted[sorted.length - 1] };
}

const show = (value: number): string => value.toPrecision(3);

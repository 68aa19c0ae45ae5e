import type { Random } from '../../src/random.ts';
import { mutateBytes, pick } from './mutations.ts';

/** What a value in JSON is replaced by. Texts that begin with `raw:` are put in as they stand: JSON.stringify could not write them. */
const VALUES: readonly unknown[] = [
  ...[null, true, false, '', 'x', '1', 'NaN', '\u0000', 'constructor', '__proto__', '../../etc/passwd', '=1+1'],
  ...[
    0,
    -1,
    1,
    0.5,
    1.5,
    16,
    2 ** 31,
    2 ** 53,
    -(2 ** 31),
    1e308,
    -1e308,
    1e-320,
    'raw:1e999',
    'raw:-1e999',
    'raw:-0',
    'raw:1e-400',
    `raw:${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  ],
  ...[
    [],
    {},
    [null],
    [[]],
    [1, '2'],
    { length: 3 },
    { toString: 1, valueOf: 2 },
    { constructor: null },
    'raw:{"__proto__":{"x":1}}',
  ],
];
const NAMES = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'length', ''];

type Node = Record<string, unknown> | unknown[];

/** A damaged copy of a JSON text: values of other types and extremes, keys taken away, added, renamed; or its bytes damaged. */
export function mutateJson(seed: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  if (random.integer(4) === 0) return mutateBytes(seed, others, random);
  const value = JSON.parse(Buffer.from(seed).toString()) as unknown;
  return Buffer.from(jsonText(changedJson(value, random)));
}

/** As `mutateJson`, of a file that begins with the length of its header, and the header in JSON. @param width  bytes of the length */
export const mutateHeader =
  (width: 4 | 8) =>
  (seed: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array => {
    if (random.integer(2) === 0) return mutateBytes(seed, others, random);
    const file = Buffer.from(seed);
    const end = width + file.readUInt32LE(0);
    const header = Buffer.from(jsonText(changedJson(JSON.parse(file.toString('utf8', width, end)), random)));
    const size = Buffer.alloc(width);
    size.writeUInt32LE(header.length);
    return Buffer.concat([size, header, file.subarray(end)]);
  };

/** JSON in lines: one of them damaged. */
export function mutateJsonLines(seed: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  if (random.integer(4) === 0) return mutateBytes(seed, others, random);
  const lines = Buffer.from(seed).toString().trim().split('\n');
  const at = random.integer(lines.length);
  lines[at] = jsonText(changedJson(JSON.parse(lines[at]), random));
  return Buffer.from(`${lines.join('\n')}\n`);
}

function changedJson(value: unknown, random: Random): unknown {
  let whole = value;
  for (let steps = 1 + random.integer(3); steps > 0; steps--) {
    const nodes = nodesOf(whole);
    if (nodes.length === 0 || random.integer(50) === 0) {
      whole = structuredClone(pick(VALUES, random));
      continue;
    }
    changeNode(pick(nodes, random), random);
  }
  return whole;
}

function changeNode(node: Node, random: Random): void {
  const keys = Object.keys(node);
  const key = keys.length > 0 ? pick(keys, random) : '0';
  const fields = node as Record<string, unknown>;
  switch (random.integer(6)) {
    case 0:
      if (Array.isArray(node)) node.splice(Number(key), 1);
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- any key may be the one that is missing
      else delete fields[key];
      break;
    case 1: {
      const name = pick(NAMES, random);
      Object.defineProperty(fields, Array.isArray(node) ? key : name, { value: fields[key] ?? null, enumerable: true, writable: true, configurable: true }); // prettier-ignore
      break;
    }
    case 2:
      if (Array.isArray(node)) node.push(structuredClone(node[Number(key)]));
      else fields[key] = [fields[key]];
      break;
    default:
      fields[key] = structuredClone(pick(VALUES, random));
  }
}

/** All objects and lists, few of the elements of a long list. */
function nodesOf(value: unknown): Node[] {
  if (typeof value !== 'object' || value === null) return [];
  const children = Object.values(value);
  const some = children.length > 20 ? [...children.slice(0, 10), ...children.slice(-10)] : children;
  return [value as Node, ...some.flatMap(nodesOf)];
}

function jsonText(value: unknown): string {
  return (JSON.stringify(value) ?? 'undefined').replace(/"raw:((?:[^"\\]|\\.)*)"/g, (_, raw: string) => raw.replaceAll('\\"', '"')); // prettier-ignore
}

const CELLS = [
  ...[
    '',
    ' ',
    'NaN',
    'nan',
    'Infinity',
    '-Infinity',
    '-1',
    '0',
    '1',
    '1.5',
    '16',
    '1e999',
    '1e-320',
    '0x10',
    '1,5',
    "'=1+1",
  ],
  ...[
    '=cmd()',
    'constructor',
    '__proto__',
    'hasOwnProperty',
    '"',
    '""',
    'a"b',
    '\u0000',
    '\r',
    'male',
    '../x',
    '2'.repeat(400),
  ],
];

/** A damaged copy of a CSV text: cells of other kinds, rows and columns taken away, repeated, exchanged; or its bytes damaged. */
export function mutateCsv(seed: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  if (random.integer(4) === 0) return mutateBytes(seed, others, random);
  const rows = Buffer.from(seed).toString().trim().split('\n').map((line) => line.split(',')); // prettier-ignore
  for (let steps = 1 + random.integer(3); steps > 0; steps--) {
    const row = random.integer(rows.length);
    const cells = rows[row];
    const column = random.integer(cells.length);
    switch (random.integer(10)) {
      case 0:
        rows.splice(row, 1);
        break;
      case 1:
        rows.splice(row, 0, [...cells]);
        break;
      case 2:
        cells.splice(column, 1);
        break;
      case 3:
        for (const one of rows) one.splice(column, 1);
        break;
      case 4:
        for (const one of rows) one.splice(column, 0, one[column] ?? '');
        break;
      case 5:
        cells[column] = pick(pick(rows, random), random);
        break;
      case 6:
        rows.push(...rows.splice(row, 1));
        break;
      default:
        cells[column] = pick(CELLS, random);
    }
    if (rows.length === 0) break;
    if (rows[0].length === 0) rows[0].push('');
    for (const one of rows) if (one.length === 0) one.push('');
  }
  const text = rows.map((cells) => cells.join(',')).join(random.integer(8) ? '\n' : '\r\n');
  return Buffer.from(random.integer(8) ? `${text}\n` : `\uFEFF${text}`);
}

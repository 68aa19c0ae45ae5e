import { SerError } from './error.ts';

/** Rows as CSV (RFC 4180): fields with a comma, quote or line break, or blank at an end, are quoted; lines end with \n. */
export function toCsv(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.map(field).join(',')}\n`).join('');
}

function field(value: string | number): string {
  const text = String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Reads CSV (RFC 4180) with \n or \r\n, a byte-order mark and blank lines at the end allowed.
 * @param origin  what to call it in messages
 * @throws {SerError} `table`, with the line, for a quote in the wrong place or one that is never closed
 */
export function parseCsv(text: string, origin = 'the CSV'): string[][] {
  const rows: string[][] = [];
  const refuse = (at: number, message: string): never => {
    const line = text.slice(0, at).split('\n').length;
    throw new SerError('table', `${origin}, line ${line}: ${message}`);
  };
  const plain = /[^,"\r\n]*/y;
  const quoted = /"((?:[^"]|"")*)"/y;
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  let row: string[] = [];
  while (at < text.length || row.length > 0) {
    const pattern = text[at] === '"' ? quoted : plain;
    pattern.lastIndex = at;
    const match = pattern.exec(text) ?? refuse(at, 'a quoted field is never closed.');
    row.push(pattern === quoted ? match[1].replaceAll('""', '"') : match[0]);
    at += match[0].length;
    const end = /,|\r?\n|$/y;
    end.lastIndex = at;
    const separator =
      end.exec(text) ?? refuse(at, `${JSON.stringify(text[at])} is in the wrong place: quote the field.`);
    at += separator[0].length;
    if (separator[0] === ',') continue;
    rows.push(row);
    row = [];
  }
  while (rows.at(-1)?.join('') === '') rows.pop();
  return rows;
}

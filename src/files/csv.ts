import { SerError } from '../error.ts';

/** Beginnings that spreadsheets take for a formula, also in full width, possibly after apostrophes. */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Rows as CSV (RFC 4180): fields that contain a separator, quote or line break, or begin or end with a blank, are quoted; lines end with \n.
 * Text that a spreadsheet would take for a formula, such as a file name that begins with `=`, gets an apostrophe in front;
 * numbers stay numbers, and `parseCsv` removes the apostrophe.
 * @param options.exact  no apostrophes: for programs only
 */
export function toCsv(rows: readonly (readonly (string | number)[])[], { exact = false } = {}): string {
  const field = (value: string | number): string => {
    const isFormula = !exact && typeof value === 'string' && FORMULA.test(value) && !NUMBER.test(value);
    const text = `${isFormula ? "'" : ''}${value}`;
    return /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => `${row.map(field).join(',')}\n`).join('');
}

/**
 * Reads CSV (RFC 4180) with \n or \r\n; a byte-order mark and blank lines at the end are allowed. The apostrophe in front of
 * a would-be formula is not part of the field.
 * @param origin  its name in messages
 * @param separator  of the fields; see `separatorOf`
 * @throws {SerError} `table`, with the line, for a quote in the wrong place or one that is never closed
 */
export function parseCsv(text: string, origin = 'the CSV', separator: Separator = ','): string[][] {
  const rows: string[][] = [];
  const refuse = (at: number, message: string): never => {
    const line = text.slice(0, at).split('\n').length;
    throw new SerError('table', `${origin}, line ${line}: ${message}`);
  };
  const plain = new RegExp(`[^${separator}"\\r\\n]*`, 'y');
  const quoted = /"([^"]*(?:""[^"]*)*)"/y;
  const end = new RegExp(`${separator}|\\r?\\n|$`, 'y');
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  let row: string[] = [];
  while (at < text.length || row.length > 0) {
    const pattern = text[at] === '"' ? quoted : plain;
    pattern.lastIndex = at;
    const match = pattern.exec(text) ?? refuse(at, 'a quoted field is never closed.');
    const written = pattern === quoted ? match[1].replaceAll('""', '"') : match[0];
    row.push(written.startsWith("'") && FORMULA.test(written) ? written.slice(1) : written);
    at += match[0].length;
    end.lastIndex = at;
    const ending = end.exec(text) ?? refuse(at, `${JSON.stringify(text[at])} is in the wrong place: quote the field.`);
    at += ending[0].length;
    if (ending[0] === separator) continue;
    rows.push(row);
    row = [];
  }
  while (rows.at(-1)?.join('') === '') rows.pop();
  return rows;
}

/** What parts the fields: a comma, or what spreadsheets write where numbers have decimal commas, or a tab. */
export type Separator = ',' | ';' | '\t';

/** The separator of a CSV by its first line: the one that occurs most often there. */
export function separatorOf(text: string): Separator {
  const [header] = text.split('\n', 1);
  const count = (separator: Separator): number => header.split(separator).length;
  return ([',', ';', '\t'] as const).reduce((most, one) => (count(one) > count(most) ? one : most));
}

/** A cell as a finite number in decimal notation; NaN for anything else, including an empty cell. */
export function cellNumber(cell: string | undefined): number {
  const text = cell?.trim() ?? '';
  const number = NUMBER.test(text) ? Number(text) : NaN;
  return Number.isFinite(number) ? number : NaN;
}

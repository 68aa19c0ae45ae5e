import { printable, printableName } from '../../printable.ts';

/**
 * Words from outside, such as a clip's id, as Markdown that shows them as they are, in a table's cell as well: no emphasis, link, address
 * that becomes one, formula, list or HTML. Control characters are shown.
 */
export function plainMarkdown(words: string): string {
  return printableName(words.replace(/\s+/g, ' ').trim())
    .replace(/[\\`*_{}[\]<>#|~&$@!]/g, '\\$&')
    .replace(/(https?|ftp|mailto|xmpp):/gi, '$1\\:')
    .replace(/(www)\./gi, '$1\\.')
    .replace(/^[-+=]|^(\d{1,9})(?=[.)])/, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`));
}

/** Words from outside, such as a command with a path in it, as code within a line. In a table's cell a `|` would still end it. */
export function codeMarkdown(words: string): string {
  const text = printableName(words);
  const fence = '`'.repeat(1 + longestRun(text));
  const space = /^[` ]|[` ]$/.test(text) ? ' ' : '';
  return `${fence}${space}${text}${space}${fence}`;
}

/** Lines from outside as a block of code. */
export function fencedMarkdown(text: string, language: string): string {
  const fence = '`'.repeat(Math.max(3, 1 + longestRun(text)));
  return `${fence}${language}\n${printable(text).trimEnd()}\n${fence}`;
}

const longestRun = (text: string): number => Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));

/**
 * A table in Markdown.
 * @param words  how many of the first columns are words, aligned to the left; those of figures are to the right
 */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[], words = 1): string {
  const lines = [header, header.map((_, column) => (column < words ? '---' : '--:')), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The comments between which something is put into a text. */
export const markersOf = (name: string): [start: string, end: string] => [
  `<!-- ${name}:start -->`,
  `<!-- ${name}:end -->`,
];

/**
 * Puts Markdown between the comments of a name, in the place of what is there.
 * @returns undefined if the text has no such place
 */
export function fillMarked(text: string, name: string, markdown: string): string | undefined {
  const [start, end] = markersOf(name);
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) return undefined;
  return `${text.slice(0, from + start.length)}\n${markdown.trim()}\n${text.slice(to)}`;
}

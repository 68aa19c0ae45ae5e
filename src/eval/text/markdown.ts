import { printable, printableName } from '../../messages/printable.ts';

/**
 * External text, such as a clip's id, as Markdown that shows it unchanged, in table cells too: no emphasis, link, automatic
 * link, formula, list or HTML. Control characters are escaped.
 */
export function plainMarkdown(words: string): string {
  return printableName(words.replace(/\s+/g, ' ').trim())
    .replace(/[\\`*_{}[\]<>#|~&$@!]/g, '\\$&')
    .replace(/(https?|ftp|mailto|xmpp):/gi, '$1\\:')
    .replace(/(www)\./gi, '$1\\.')
    .replace(/^[-+=]|^(\d{1,9})(?=[.)])/, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`));
}

/** External text, such as a command with a path in it, as code within a line. In a table cell a `|` would still end it. */
export function codeMarkdown(words: string): string {
  const text = printableName(words);
  const fence = '`'.repeat(1 + longestRun(text));
  const space = /^[` ]|[` ]$/.test(text) ? ' ' : '';
  return `${fence}${space}${text}${space}${fence}`;
}

/** External lines as a code block. */
export function fencedMarkdown(text: string, language: string): string {
  const fence = '`'.repeat(Math.max(3, 1 + longestRun(text)));
  return `${fence}${language}\n${printable(text).trimEnd()}\n${fence}`;
}

const longestRun = (text: string): number => Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));

/**
 * A table in Markdown.
 * @param words  number of leading columns that contain text, aligned to the left; columns of figures are aligned to the right
 */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[], words = 1): string {
  const lines = [header, header.map((_, column) => (column < words ? '---' : '--:')), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The comments that mark a place in a text. */
export const markersOf = (name: string): [start: string, end: string] => [
  `<!-- ${name}:start -->`,
  `<!-- ${name}:end -->`,
];

/**
 * Puts Markdown between the comments of a name, replacing what is there.
 * @returns undefined if the text has no such comments
 */
export function fillMarked(text: string, name: string, markdown: string): string | undefined {
  const [start, end] = markersOf(name);
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) return undefined;
  return `${text.slice(0, from + start.length)}\n${markdown.trim()}\n${text.slice(to)}`;
}

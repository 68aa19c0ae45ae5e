/** Words from outside, such as a clip's id, as Markdown that shows them as they are, in a table's cell as well. */
export function plainMarkdown(words: string): string {
  return words.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>#|~&]/g, '\\$&');
}

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

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

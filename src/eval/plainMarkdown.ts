/** Words from outside, such as a clip's id, as Markdown that shows them as they are, in a table's cell as well. */
export function plainMarkdown(words: string): string {
  return words.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>#|~&]/g, '\\$&');
}

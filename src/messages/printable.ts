/**
 * Text that is safe to print to a terminal: control characters, and marks that change the writing direction, are escaped.
 * Line breaks and tabs stay. JSON stays JSON with the same value.
 */
export function printable(text: string): string {
  return text.replace(HIDDEN, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length > 1 && character >= '\x7f' ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
  });
}

/** The same for a name, which has no line breaks. */
export function printableName(name: string): string {
  return printable(name).replace(/[\t\n]/g, (character) => (character === '\n' ? '\\n' : '\\t'));
}

/** C0 except tab and line break; DEL and C1; direction marks; line and paragraph separators. */
// eslint-disable-next-line no-control-regex
const HIDDEN = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

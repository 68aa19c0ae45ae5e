/**
 * Text that may be sent to a terminal: control characters, and the marks that turn the direction of writing, are shown instead.
 * Line breaks and tabs stay. JSON stays JSON, of the same value.
 */
export function printable(text: string): string {
  return text.replace(HIDDEN, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length > 1 && character >= '\x7f' ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
  });
}

/** The same of a name, which has no line breaks of its own. */
export function printableName(name: string): string {
  return printable(name).replace(/[\t\n]/g, (character) => (character === '\n' ? '\\n' : '\\t'));
}

/** C0 but for tab and line break; DEL and C1; marks of direction; line and paragraph separator. */
// eslint-disable-next-line no-control-regex
const HIDDEN = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

import { h } from './dom.ts';

/**
 * The Markdown of a model card as elements: headings, paragraphs, lists, tables, code and links. Text stays text: HTML
 * in it is not interpreted.
 */
export function markdown(text: string, topHeading: 3 | 4 = 4): HTMLElement[] {
  const blocks = text.replace(/<!--[\s\S]*?-->/g, '').split(/\n\s*\n/);
  return blocks.flatMap((block) => blockOf(block.replace(/\s+$/, '').replace(/^\n+/, ''), topHeading));
}

function blockOf(block: string, top: 3 | 4): HTMLElement[] {
  if (block.trim() === '') return [];
  const lines = block.split('\n');
  const heading = /^(#+) (.*)/.exec(lines[0]);
  if (heading) {
    const level = Math.min(6, top + heading[1].length - 1) as 3 | 4 | 5 | 6;
    const rest = lines.slice(1).join('\n');
    return [h(`h${level}`, {}, ...inline(heading[2])), ...blockOf(rest, top)];
  }
  if (block.startsWith('    ')) return [h('pre', {}, lines.map((line) => line.slice(4)).join('\n'))];
  if (/^[-*] /.test(lines[0])) {
    const items = block.split(/\n(?=[-*] )/).map((item) => item.slice(2).replace(/\n\s*/g, ' '));
    return [h('ul', {}, ...items.map((item) => h('li', {}, ...inline(item))))];
  }
  if (lines[0].startsWith('|') && /^[|:\- ]+$/.test(lines[1] ?? '')) return [table(lines)];
  return [h('p', {}, ...inline(lines.join(' ')))];
}

function table([head, , ...rows]: string[]): HTMLElement {
  const cells = (line: string): string[] => line.replace(/^\||(?<!\\)\|$/g, '').split(/(?<!\\)\|/).map((cell) => cell.trim()); // prettier-ignore
  const header = h('tr', {}, ...cells(head).map((cell) => h('th', { scope: 'col' }, ...inline(cell))));
  const body = rows.map((row) => h('tr', {}, ...cells(row).map((cell) => h('td', {}, ...inline(cell)))));
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': cells(head).filter(Boolean).join(', ') },
    h('table', { class: 'plain' }, h('thead', {}, header), h('tbody', {}, ...body)),
  );
}

/** Bold, code and links; links to other protocols than HTTP(S) stay text, and so do characters after a backslash. */
function inline(text: string): (Node | string)[] {
  const pattern = /\\([!-/:-@[-`{-~])|\*\*((?:\\.|[^\\])+?)\*\*|`([^`]+)`|\[([^\]]+)\]\((https?:[^)\s]+)\)/g;
  const parts: (Node | string)[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    const [whole, escaped, bold, code, label, href] = match;
    parts.push(text.slice(at, match.index));
    if (escaped) parts.push(escaped);
    else if (bold) parts.push(h('strong', {}, ...inline(bold)));
    else if (code) parts.push(h('code', {}, code));
    else parts.push(h('a', { href, rel: 'noreferrer' }, label));
    at = match.index + whole.length;
  }
  parts.push(text.slice(at));
  return parts.filter((part) => part !== '');
}

import { Lexer, Marked, type Token, type Tokens } from 'marked';
import { describe, expect, test } from 'vitest';
import { commandLine } from '../../../src/commands/commandLine.ts';
import { codeMarkdown, fencedMarkdown, markdownTable, plainMarkdown } from '../../../src/eval/text/markdown.ts';
import { printableName } from '../../../src/messages/printable.ts';
import { createRandom } from '../../../src/random.ts';

const EVIL = [
  'a|b',
  '<script>alert(1)</script>',
  '<!-- test-results:end -->',
  '&lt; &amp;',
  '[x](javascript:alert(2))',
  '![x](http://example.org/spy.png)',
  'http://example.org/a www.example.org a@example.org',
  '<http://example.org>',
  '`code` ``two``',
  '**bold** _it_ ~~gone~~ $x$',
  '# heading',
  '- item',
  '+ item',
  '1. item',
  '12) item',
  '> quote',
  '===',
  'a\\',
  '\\|',
  'a\nb\r\n\n# c',
  'a\x1b[31m\u202eb',
  '[x]: http://example.org',
];

const random = createRandom('markdown');
const PIECES = [
  ...'\\`*_{}[]<>#|~&$@!-+=.:() 1a',
  'http://a.b',
  'www.',
  '\n',
  '\x1b',
  '``',
  '&amp;',
  '<b>',
  '](',
  '![',
  '<!--',
  '-->',
];
const anything = (): string => Array.from({ length: 1 + random.integer(6) }, () => PIECES[random.integer(PIECES.length)]).join(''); // prettier-ignore
const CASES = [...EVIL, ...Array.from({ length: 2000 }, anything)];

/** What is shown: one line, control characters to be seen. */
const shown = (words: string): string => printableName(words.replace(/\s+/g, ' ')).trim();

/** The text of tokens that are nothing but text. */
function textOf(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      if (token.type !== 'text' && token.type !== 'escape') throw new Error(`there is a ${token.type}: ${token.raw}`);
      return (token as Tokens.Text).text;
    })
    .join('');
}

const unescaped = (html: string): string =>
  html.replace(/&(lt|gt|amp|quot|#39);/g, (entity) => ({ '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"', '&#39;': "'" })[entity]!); // prettier-ignore

describe('words from outside in Markdown', () => {
  test('are shown as they are in a paragraph, a list and a heading, and are nothing else', () => {
    for (const words of CASES.filter((one) => shown(one) !== '')) {
      const [paragraph, ...more] = new Lexer().lex(plainMarkdown(words));
      expect([paragraph.type, more.filter(({ type }) => type !== 'space')]).toEqual(['paragraph', []]);
      expect(textOf((paragraph as Tokens.Paragraph).tokens)).toBe(shown(words));
      expect(unescaped(new Marked().parse(`- ${plainMarkdown(words)}`, { async: false }))).toBe(`<ul>\n<li>${shown(words)}</li>\n</ul>\n`); // prettier-ignore
    }
  });

  test('are shown as they are in a cell, and leave the others where they are', () => {
    for (const words of CASES) {
      const [table] = new Lexer().lex(markdownTable(['clip', 'n'], [[plainMarkdown(words), '1']])) as unknown as [
        Tokens.Table,
      ];
      expect(table.rows[0].map(({ tokens }) => textOf(tokens))).toEqual([shown(words), '1']);
    }
  });

  test('are shown as code as they are, within a line and in a block', () => {
    for (const words of CASES.filter((one) => one.trim() !== '')) {
      const [, span, rest] = new Lexer().lex(`by ${codeMarkdown(words)}.`).flatMap((one) => (one as Tokens.Paragraph).tokens); // prettier-ignore
      expect([(span as Tokens.Codespan).text, (rest as Tokens.Text).text]).toEqual([printableName(words), '.']);
      const [block, ...more] = new Lexer().lex(fencedMarkdown(`x\n${words}`, 'text')) as unknown as [Tokens.Code];
      expect([block.lang, more]).toEqual(['text', []]);
      expect(block.text.startsWith('x\n')).toBe(true);
    }
  });
});

test('a command in a report can be repeated, and is one line that no terminal obeys', () => {
  const words = ['eval', 'male', '--models', "it's `here`", '--table', 'a\nb', '--json', "\x1b[31m\\'x"];
  expect(commandLine([], words)).toBe(
    String.raw`npm run -s ser -- eval male --models 'it'\''s ${'`here`'}' --table $'a\nb' $'\x1b[31m\\\'x'`,
  );
});

import { existsSync } from 'node:fs';
import type { Argv } from 'yargs';
import { COMMANDS } from './commands.ts';

/** Members of yargs beyond its published types: the options and commands of the command being parsed. */
interface ParserState {
  getOptions(): Options;
  getGroups(): Record<string, string[] | undefined>;
  getInternalMethods(): {
    getContext(): { commands: string[] };
    getCommandInstance(): { getCommands(): string[]; hasDefaultCommand(): boolean };
    getUsageInstance(): { getDescriptions(): Record<string, string | undefined> };
  };
}

interface Options {
  key: Record<string, unknown>;
  alias: Record<string, string[]>;
  array: string[];
  boolean: string[];
  number: string[];
  choices: Record<string, unknown[]>;
}

const commandsOf = (parser: unknown): string[] =>
  (parser as ParserState).getInternalMethods().getCommandInstance().getCommands();

/** Commands of the current group, in place of which a word may be typed: yargs forgets them if one is the default. */
function subcommandsOf(state: ParserState): string[] {
  const [name] = state.getInternalMethods().getContext().commands;
  const own = COMMANDS.find((command) => command.name === name)?.commands ?? [];
  return own.map((command) => command.name).filter((name) => name !== '$0');
}

const POSITIONALS = 'Positionals:';
const isOption = (word: string): boolean => /^-(?![\d.])./.test(word);

/**
 * The first mistake on the command line that yargs does not find: an unknown command or option, a missing value, a value of the
 * wrong kind, an option that occurs twice. Undefined if there is none.
 */
export function findTypingError(words: readonly string[], parser: Argv): string | undefined {
  const state = parser as unknown as ParserState;
  const options = state.getOptions();
  // Checked first: the options depend on the command.
  const mistake = findCommandError(words.filter((word) => !isOption(word)), state); // prettier-ignore
  if (mistake) return mistake;
  const seen = new Set<string>();
  for (let i = 0; i < words.length && words[i] !== '--'; i++) {
    if (!isOption(words[i])) continue;
    const [, typed, equals] = /^(--?[^=]+)(=[^]*)?$/.exec(words[i]) ?? [words[i], words[i], undefined];
    const name = nameOf(typed, options);
    if (name === undefined) return `unknown option ${typed}${didYouMean(typed, optionsAsTyped(options))}`;
    const key = Object.keys(options.alias).find((main) => options.alias[main].includes(name)) ?? name;
    const isArray = options.array.includes(name);
    if (seen.has(key) && !isArray) return `${typed} is given twice; leave one out`;
    seen.add(key);

    let following = i + 1;
    while (following < words.length && !isOption(words[following])) following++;
    const values = equals === undefined ? words.slice(i + 1, isArray ? following : Math.min(i + 2, following)) : [equals.slice(1)]; // prettier-ignore
    if (options.boolean.includes(name)) {
      if (equals !== undefined && !/^(true|false)$/.test(values[0])) {
        return `${words[i]}: it takes no value; say --${name} or --no-${name}`;
      }
      continue;
    }
    if (values.length === 0 || values.includes('')) return `${typed} needs a value: ${wanted(name, parser)}`;
    const stranger = options.number.includes(name) && values.find((value) => Number.isNaN(Number(value)));
    if (stranger) return `${typed} ${stranger}: a number is expected`;
  }
  return undefined;
}

/** @param names  words that belong to no option, those of commands first */
function findCommandError(names: readonly string[], state: ParserState): string | undefined {
  const { getContext, getCommandInstance } = state.getInternalMethods();
  const depth = getContext().commands.length;
  const typed = names[depth];
  const subcommands = subcommandsOf(state);
  if (typed === undefined || subcommands.includes(typed)) return undefined;
  const commands = commandsOf(state);
  if (commands.length > 0) return commands.includes(typed) || getCommandInstance().hasDefaultCommand() ? undefined : unknownCommand(typed, commands); // prettier-ignore
  // If the place of a command may also be taken by a file.
  const { choices } = state.getOptions();
  const takesFiles = depth === 1 && !state.getGroups()[POSITIONALS]?.some((name) => choices[name]);
  const suggestion = takesFiles && !existsSync(typed) && didYouMean(typed, subcommands);
  return suggestion ? `${typed} is neither a file nor a command${suggestion}` : undefined;
}

/** An error of yargs in the wording of `findTypingError`. @param message  yargs' own, in English */
export function rephrase(message: string, parser: Argv): string {
  const state = parser as unknown as ParserState;
  const { choices } = state.getOptions();
  const positionals = state.getGroups()[POSITIONALS] ?? [];
  const commands = commandsOf(parser);
  const describe = (name: string): string => `${positionals.includes(name) ? `<${name}>` : `--${name}`} (${wanted(name, parser)})`; // prettier-ignore

  const [, stray] = /^Unknown (?:argument|command)s?: ([^,]+)/.exec(message) ?? [];
  if (stray) {
    if (commands.length === 0) return `"${stray}" is one word too many`;
    return unknownCommand(stray, commands);
  }
  const [, given] = /^Not enough non-option arguments: got (\d+)/.exec(message) ?? [];
  if (given) return `missing: ${list(positionals.slice(Number(given)).map(describe), 'and')}`;
  const [, missing] = /^Missing required arguments?: (.+)/.exec(message) ?? [];
  if (missing) return `missing: ${list(missing.split(', ').map(describe), 'and')}`;
  const [, name, value] = /Argument: (\S+), Given: "?(.*?)"?(?:, ".*)?, Choices: /.exec(message) ?? [];
  if (name) {
    const known = choices[name].map(String);
    const typed = positionals.includes(name) ? value : `--${name} ${value}`;
    return `${typed}: choose ${list(known, 'or')}${didYouMean(value, [...known, ...subcommandsOf(state)])}`;
  }
  const [, first, second] = /^Arguments (\S+) and (\S+) are mutually exclusive/.exec(message) ?? [];
  if (first) return `--${first} and --${second} exclude each other; leave one out`;
  return message;
}

function unknownCommand(typed: string, commands: readonly string[]): string {
  return `unknown command ${typed}${didYouMean(typed, commands) || `; there are ${list(commands, 'and')}`}`;
}

/** How to see the options of the current command. */
export function whereToLook(scriptName: string, parser: Argv): string {
  const state = (parser as unknown as ParserState).getInternalMethods();
  const hasCommands = commandsOf(parser).length > 0;
  const command = [scriptName, ...state.getContext().commands].join(' ');
  return `\`${command} --help\` shows all ${hasCommands ? 'commands' : 'options'}`;
}

/** An option's name in the parser; undefined for an unknown one. */
function nameOf(typed: string, { key, alias, boolean }: Options): string | undefined {
  const short = Object.values(alias).flat();
  const known = [...Object.keys(key), ...short];
  const name = typed.replace(/^--?/, '');
  // A single letter that is not a short form, such as `C`, is accepted with two dashes too.
  if (typed.startsWith('--') ? name.length > 1 || !short.includes(name) : name.length === 1) {
    if (known.includes(name)) return name;
    const turned = /^no-(.+)/.exec(name)?.[1];
    if (turned && known.includes(turned) && boolean.includes(turned)) return turned;
  }
  return undefined;
}

function optionsAsTyped({ key, boolean }: Options): string[] {
  const names = Object.keys(key).filter((name) => name.length > 1 && !/[A-Z]/.test(name));
  return [...names.map((name) => `--${name}`), ...names.filter((name) => boolean.includes(name)).map((name) => `--no-${name}`)]; // prettier-ignore
}

/** Description of an option or a positional in the help. */
function wanted(name: string, parser: Argv): string {
  const state = parser as unknown as ParserState;
  const choices = state.getOptions().choices[name];
  if (choices) return list(choices.map(String), 'or');
  const described = state.getInternalMethods().getUsageInstance().getDescriptions()[name] ?? name;
  return described.replace(/^__yargsString__:/, '');
}

function list(words: readonly string[], last: 'and' | 'or'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)!}`;
}

/** A question to append, if a known word is similar to the typed one; else nothing. */
function didYouMean(typed: string, known: readonly string[]): string {
  const bare = (word: string): string => word.toLowerCase().replace(/^-+/, '');
  const begun = known.filter((word) => bare(word).startsWith(bare(typed)));
  if (begun.length === 1) return `; did you mean ${begun[0]}?`;
  const limit = Math.max(1, Math.floor(bare(typed).length / 3));
  const [nearest] = known
    .map((word) => ({ word, away: distance(bare(typed), bare(word)) }))
    .filter(({ away }) => away <= limit)
    .sort((a, b) => a.away - b.away);
  return nearest ? `; did you mean ${nearest.word}?` : '';
}

/** Number of letters to insert, delete, replace or swap with their neighbour to turn one word into the other (Damerau, 1964). */
function distance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (_, j) => i + j));
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1][j - 1] + Number(a[i - 1] !== b[j - 1]);
      rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, replaced);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
      }
    }
  }
  return rows[a.length][b.length];
}

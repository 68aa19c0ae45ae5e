import { printableName } from '../messages/printable.ts';
import { TYPED_WORDS } from '../train/processes.ts';

/** Options that do not affect figures, and whether a value follows them. */
const SILENT: Readonly<Record<string, boolean>> = {
  out: true,
  audio: true,
  processes: true,
  trainings: true,
  queue: true,
  'queue-host': true,
  'queue-files': true,
  'queue-ca': true,
  json: false,
  card: false,
  resume: false,
};

/**
 * The running command, for repeating it from its report: without options for output files and speed.
 * @param keep  such options to keep
 */
export function commandLine(keep: readonly string[] = [], words: readonly string[] = typedWords()): string {
  const kept: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const [, name = '', value] = /^--(?:no-)?([^=]+)(=.*)?$/s.exec(words[i]) ?? [];
    if (!Object.hasOwn(SILENT, name) || keep.includes(name)) kept.push(quoted(words[i]));
    else if (SILENT[name] && value === undefined) i++;
  }
  return ['npm run -s ser --', ...kept].join(' ');
}

const typedWords = (): string[] => {
  const given = process.env[TYPED_WORDS];
  return given === undefined ? process.argv.slice(2) : (JSON.parse(given) as string[]);
};

/** Quoted for a shell; control characters and line breaks as in bash and zsh. */
function quoted(word: string): string {
  if (/^[\w./:=,@%+-]+$/.test(word)) return word;
  const shown = printableName(word.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`));
  return printableName(word) === word ? `'${word.replaceAll("'", String.raw`'\''`)}'` : `$'${shown}'`;
}

/** The option that a word names, without `no-`; empty for a value. */
export const optionNameOf = (word: string): string => /^--?(?:no-)?([A-Za-z][^=]*)/.exec(word)?.[1] ?? '';

import { printableName } from '../printable.ts';

/** Options that change no figure, and whether a value follows them. */
const SILENT: Readonly<Record<string, boolean>> = {
  out: true,
  audio: true,
  processes: true,
  trainings: true,
  json: false,
  card: false,
  resume: false,
};

/**
 * The command that is running, as a reader of its report can repeat it: without what only says where files go and how fast.
 * @param keep  of those, what is to stand there all the same
 */
export function commandLine(keep: readonly string[] = [], words: readonly string[] = process.argv.slice(2)): string {
  const kept: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const [, name = '', value] = /^--(?:no-)?([^=]+)(=.*)?$/s.exec(words[i]) ?? [];
    if (!Object.hasOwn(SILENT, name) || keep.includes(name)) kept.push(quoted(words[i]));
    else if (SILENT[name] && value === undefined) i++;
  }
  return ['npm run -s ser --', ...kept].join(' ');
}

/** As a shell takes it: what a terminal would obey, or a line break, as bash and zsh write it. */
function quoted(word: string): string {
  if (/^[\w./:=,@%+-]+$/.test(word)) return word;
  const shown = printableName(word.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`));
  return printableName(word) === word ? `'${word.replaceAll("'", String.raw`'\''`)}'` : `$'${shown}'`;
}

import { describe, expect, test } from 'vitest';
import { createParser } from '../../src/commands/parser.ts';
import { runSer } from '../runSer.ts';

/** What was typed, and what is said of it. */
const MISTAKES: [typed: string, said: string][] = [
  ['predict --formt csv clip.wav', 'unknown option --formt; did you mean --format?'],
  ['predict clip.wav --gender-modle x', 'unknown option --gender-modle; did you mean --gender-model?'],
  ['predict clip.wav --no-wacth', 'unknown option --no-wacth; did you mean --no-watch?'],
  ['predict clip.wav --frobnicate', 'unknown option --frobnicate'],
  ['predict clip.wav -x', 'unknown option -x'],
  ['perdict clip.wav', 'unknown command perdict; did you mean predict?'],
  ['perdict clip.wav --format csv', 'unknown command perdict; did you mean predict?'],
  ['data chekc corpus', 'unknown command chekc; did you mean check?'],
  ['data frobnicate', 'unknown command frobnicate; there are download, check, init and split'],
  ['features biuld', 'biuld is neither a file nor a command; did you mean build?'],
  ['gender downlod', 'downlod is neither a file nor a command; did you mean download?'],
  ['train gendr', 'gendr: choose male, female or pooled; did you mean gender?'],
  ['train mael', 'mael: choose male, female or pooled; did you mean male?'],
  ['train gender --setps 3', 'unknown option --setps; did you mean --steps?'],
  ['predict clip.wav --format cvs', '--format cvs: choose table, csv, json, labels, srt or rttm; did you mean csv?'],
  ['predict clip.wav --format yaml', '--format yaml: choose table, csv, json, labels, srt or rttm'],
  ['predict clip.wav --format', '--format needs a value: table, csv, json, labels, srt or rttm'],
  ['predict clip.wav --out=', '--out needs a value: File for the result, instead of standard output'],
  ['predict clip.wav --out --watch', '--out needs a value: File for the result, instead of standard output'],
  ['predict clip.wav --watch=maybe', '--watch=maybe: it takes no value; say --watch or --no-watch'],
  ['predict clip.wav --format csv --format json', '--format is given twice; leave one out'],
  ['robustness --audio a --corpus b', '--corpus is given twice; leave one out'],
  ['train male --classifier svm --C ten', '--C ten: a number is expected'],
  ['train male --classifier svm -C ten', '-C ten: a number is expected'],
  ['train male --he', 'unknown option --he; did you mean --help?'],
  ['serve --port eighty', '--port eighty: a number is expected'],
  ['reproduce --seeds 1 two', '--seeds two: a number is expected'],
  ['serve here', '"here" is one word too many'],
  ['compare reports/a', 'missing: <second> (Another report folder, or the same one)'],
  ['gender import --out x', 'missing: --weights (The safetensors file)'],
  ['features build --manifest a --corpus b', '--manifest and --corpus exclude each other; leave one out'],
  ['data', 'name what to do: init, download, check or split'],
];

/** What is said of a mistake, before any command runs. */
async function mistakeIn(typed: string): Promise<string> {
  const refuse = (mistake: string | Error): never => {
    throw mistake instanceof Error ? mistake : new Error(mistake);
  };
  const parser = createParser(typed.split(' '), { name: 'ser', onMistake: refuse, onError: refuse });
  try {
    await parser.exitProcess(false).parseAsync();
    return 'nothing';
  } catch (error) {
    return (error as Error).message;
  }
}

test.each(MISTAKES)('ser %s: %s', async (typed, said) => {
  const [first, second, ...rest] = (await mistakeIn(typed)).split('\n');
  expect(first).toBe(said);
  expect(second).toMatch(/^`ser [a-z ]*--help` shows all (options|commands)$/);
  expect(rest).toEqual([]);
});

test.each(['features show nowhere.wav', 'gender import --weights nowhere --out x', 'data check nowhere'])(
  'ser %s: what the command itself says',
  async (typed) => expect(await mistakeIn(typed)).toMatch(/nowhere.*there is no such file|nowhere.*cannot be read/),
);

test('a mistake is two lines on standard error and exit code 2, in whatever language the system speaks', async () => {
  expect(await runSer(['report'], { LANG: 'de_DE.UTF-8' })).toMatchObject({
    code: 2,
    stdout: '',
    stderr:
      'error: missing: <dir> (A report folder, as written by `ser eval`)\n`ser report --help` shows all options\n',
  });
});

test('what may be named in two ways is asked for in both', async () => {
  const stderr = 'error: Name audio files or folders, or labelled recordings with --data.\n';
  expect(await runSer(['predict'])).toMatchObject({ code: 2, stdout: '', stderr });
});

describe('help', () => {
  test('is what `ser` alone shows, with exit code 2, and `ser --help` with 0', async () => {
    const [alone, asked] = [await runSer([]), await runSer(['--help'])];
    expect(alone).toMatchObject({ code: 2, stdout: '' });
    expect(alone.stderr).toBe(asked.stdout);
    expect(asked).toMatchObject({ code: 0, stderr: '' });
    expect(asked.stdout).toMatch(/ser predict \[paths\.\.\]/);
  });

  test('says a command as it can be typed: under npm, as a script of npm', async () => {
    const { stderr } = await runSer(['predict', '--formt'], {
      npm_lifecycle_script: 'node --import tsx src/cli.ts predict',
    });
    expect(stderr).toMatch(/`npm run -s ser -- predict --help` shows all options/);
  });
});

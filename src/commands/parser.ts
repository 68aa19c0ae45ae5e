import yargs, { type Argv } from 'yargs';
import { COMMANDS } from './commands.ts';
import { findTypingError, rephrase, whereToLook } from './typingErrors.ts';

export interface ParserOptions {
  /** What people type to run the command. */
  name: string;
  /** Called with a mistake in what was typed and where to look it up, each a line; nothing is run after it. */
  onMistake: (message: string) => never;
  /** Called with what a command throws. */
  onError: (error: Error) => never;
}

/** The command line: its commands, its help, and what is said of words that it does not know. */
export function createParser(words: readonly string[], { name, onMistake, onError }: ParserOptions): Argv {
  const parser = yargs(words);
  const refuse = (mistake: string): never => onMistake(`${mistake}\n${whereToLook(name, parser)}`);
  return (
    parser
      .scriptName(name)
      // Whatever language the system speaks: half of the sentences are ours.
      .locale('en')
      .usage('$0 <command>\n\nGender-specific speech emotion recognition: features, training, evaluation, prediction.')
      .command(COMMANDS)
      .demandCommand(1, '')
      .strict()
      .alias({ help: 'h', version: 'v' })
      .middleware(() => {
        const mistake = findTypingError(words, parser);
        if (mistake) refuse(mistake);
      }, true)
      .wrap(Math.min(110, process.stdout.columns ?? 110))
      .fail((message, error: Error | undefined) => {
        if (error) onError(error);
        refuse(findTypingError(words, parser) ?? rephrase(message, parser));
      })
  );
}

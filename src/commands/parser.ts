import yargs, { type Argv } from 'yargs';
import { COMMANDS } from './commands.ts';
import { findTypingError, rephrase, whereToLook } from './typingErrors.ts';

export interface ParserOptions {
  /** The command as users type it. */
  name: string;
  /** Called with a mistake on the command line and a pointer to the help, one line each; nothing is run afterwards. */
  onMistake: (message: string) => never;
  /** Called with the error of a command. */
  onError: (error: Error) => never;
}

/** The command line: its commands, its help, and its messages about mistakes. */
export function createParser(words: readonly string[], { name, onMistake, onError }: ParserOptions): Argv {
  const parser = yargs(words);
  const refuse = (mistake: string): never => onMistake(`${mistake}\n${whereToLook(name, parser)}`);
  return (
    parser
      .scriptName(name)
      // Independent of the system's language: half of the sentences are ours.
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

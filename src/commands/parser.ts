import yargs, { type Argv, type CommandModule } from 'yargs';
import { compareCommand } from './compare/compare.ts';
import { dataCommand } from './data/download.ts';
import { evalCommand } from './eval/eval.ts';
import { featuresCommand } from './features/build.ts';
import { genderCommand } from './gender/classify.ts';
import { predictCommand } from './predict/predict.ts';
import { reportCommand } from './report/report.ts';
import { reproduceCommand } from './reproduce/reproduce.ts';
import { robustnessCommand } from './robustness/robustness.ts';
import { serveCommand } from './serve/serve.ts';
import { trainCommand } from './train/emotion.ts';
import { findTypingError, rememberSubcommands, rephrase, whereToLook } from './typingErrors.ts';

const COMMANDS = [
  compareCommand,
  dataCommand,
  evalCommand,
  featuresCommand,
  genderCommand,
  predictCommand,
  reportCommand,
  reproduceCommand,
  robustnessCommand,
  serveCommand,
  trainCommand,
] as CommandModule[];

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
      .command(COMMANDS.map(rememberSubcommands))
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

#!/usr/bin/env node
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { compareCommand } from './commands/compare.ts';
import { dataCommand } from './commands/data.ts';
import { evalCommand } from './commands/eval.ts';
import { featuresCommand } from './commands/features.ts';
import { genderCommand } from './commands/gender.ts';
import { predictCommand } from './commands/predict.ts';
import { reportCommand } from './commands/report.ts';
import { reproduceCommand } from './commands/reproduce.ts';
import { robustnessCommand } from './commands/robustness.ts';
import { serveCommand } from './commands/serve.ts';
import { endWith, guardTerminal } from './commands/terminal.ts';
import { trainCommand } from './commands/train.ts';

guardTerminal();

/** Exit codes: 0 all well, 1 some inputs failed or a job did, 2 wrong usage, 130 interrupted. */
await yargs(hideBin(process.argv))
  .scriptName('ser')
  .usage('$0 <command>\n\nGender-specific speech emotion recognition: features, training, evaluation, prediction.')
  .command(compareCommand)
  .command(dataCommand)
  .command(evalCommand)
  .command(featuresCommand)
  .command(genderCommand)
  .command(predictCommand)
  .command(reportCommand)
  .command(reproduceCommand)
  .command(robustnessCommand)
  .command(serveCommand)
  .command(trainCommand)
  .demandCommand(1, 'Say what to do: one of the commands above.')
  .strict()
  .recommendCommands()
  .wrap(Math.min(110, process.stdout.columns ?? 110))
  .fail((message, error: Error | undefined, parser) => {
    if (!error) {
      parser.showHelp('error');
      console.error(`\n${message}`);
      process.exit(2);
    }
    endWith(error);
  })
  .parseAsync();

#!/usr/bin/env node
import { hideBin } from 'yargs/helpers';
import { createParser } from './commands/parser.ts';
import { endWith, guardTerminal } from './commands/terminal.ts';
import { COMMAND } from './messages/command.ts';
import { endWithParent } from './train/processes.ts';

guardTerminal();
endWithParent();

const words = hideBin(process.argv);
const parser = createParser(words, {
  name: COMMAND,
  onMistake: (message) => {
    if (words.length === 0) parser.showHelp('error');
    else console.error(`error: ${message}`);
    process.exit(2);
  },
  onError: endWith,
});

/** Exit codes: 0 success, 1 failure of some inputs or of the job, 2 wrong usage, 130 interrupted. */
await parser.parseAsync();

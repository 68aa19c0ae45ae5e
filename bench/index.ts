import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { epoch } from './epoch.ts';

/** `npm run bench -- <name>`: one measurement a file; results go to bench/results/. */
await yargs(hideBin(process.argv))
  .scriptName('npm run bench --')
  .usage('$0 <name>')
  .command(epoch)
  .demandCommand(1, 'Say what to measure.')
  .strict()
  .parseAsync();

import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { epoch } from './epoch.ts';
import { features } from './features.ts';
import { parity } from './parity.ts';
import { pool } from './pool.ts';

/** `npm run bench -- <name>`: one measurement a file; results go to bench/results/. */
await yargs(hideBin(process.argv))
  .scriptName('npm run bench --')
  .usage('$0 <name>')
  .command(epoch)
  .command(features)
  .command(parity)
  .command(pool)
  .demandCommand(1, 'Say what to measure.')
  .strict()
  .parseAsync();

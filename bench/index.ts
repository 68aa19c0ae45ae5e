import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { adaptation } from './adaptation.ts';
import { diarisation } from './diarisation.ts';
import { embeddings } from './embeddings.ts';
import { epoch } from './epoch.ts';
import { features } from './features.ts';
import { folder } from './folder.ts';
import { gender } from './gender.ts';
import { live } from './live.ts';
import { longTables } from './longTables.ts';
import { map } from './map.ts';
import { overload } from './overload.ts';
import { page } from './page.ts';
import { parity } from './parity.ts';
import { pool } from './pool.ts';
import { queue } from './queue.ts';
import { routing } from './routing.ts';
import { serve } from './serve.ts';
import { speech } from './speech.ts';
import { startup } from './startup.ts';
import { tables } from './tables.ts';
import { temporal } from './temporal.ts';

/** `npm run bench -- <name>`: one measurement a file; results go to bench/results/. */
await yargs(hideBin(process.argv))
  .scriptName('npm run bench --')
  .usage('$0 <name>')
  .command(adaptation)
  .command(diarisation)
  .command(embeddings)
  .command(epoch)
  .command(features)
  .command(folder)
  .command(gender)
  .command(live)
  .command(longTables)
  .command(map)
  .command(overload)
  .command(page)
  .command(parity)
  .command(pool)
  .command(queue)
  .command(routing)
  .command(serve)
  .command(speech)
  .command(startup)
  .command(tables)
  .command(temporal)
  .demandCommand(1, 'Say what to measure.')
  .strict()
  .parseAsync();

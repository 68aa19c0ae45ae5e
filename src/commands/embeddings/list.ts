import type { Argv } from 'yargs';
import { encoderPath, isDownloaded } from '../../data/embeddings/encoders/encoderPlace.ts';
import { publishedEncoder } from '../../data/embeddings/published/downloadEncoder.ts';
import { PUBLISHED_ENCODERS, type PublishedEncoder } from '../../data/embeddings/published/encoders.ts';
import { encoderFacts } from '../../data/embeddings/published/facts.ts';
import { JSON_OPTION } from '../options.ts';
import type { Arguments } from '../lazily.ts';

export const builder = (parser: Argv) =>
  parser
    .positional('name', { type: 'string', describe: 'Only this one' })
    .option('json', JSON_OPTION)
    .example('$0 embeddings list', 'all of them, and whether they have been downloaded')
    .example('$0 embeddings list whisper-tiny --json', 'one of them, for programs')
    .epilogue(
      'What is said of an encoder is the finding of its source; only the one that ships was measured here. emotion2vec+ is not in the ' +
        'list: it was fine-tuned on corpora that this toolkit tests on (docs/embeddings.md).',
    );

export function handler({ name, json }: Arguments<typeof builder>): void {
  const chosen = name === undefined ? PUBLISHED_ENCODERS : [publishedEncoder(name)];
  if (json)
    console.log(
      JSON.stringify(
        chosen.map((one) => ({ ...one, state: stateOf(one) })),
        null,
        2,
      ),
    );
  else console.log(chosen.map(describe).join('\n\n'));
}

function stateOf({ name, files, instead }: PublishedEncoder): string {
  if (instead) return 'to be exported';
  if (files.length === 0) return 'ships with this toolkit';
  return isDownloaded(name) ? `downloaded: ${encoderPath(name)}` : 'not downloaded';
}

function describe(encoder: PublishedEncoder): string {
  const facts = encoderFacts(encoder).map(([label, text]) => `  ${label.padEnd(12)}${text}`);
  return [`${encoder.name} (${stateOf(encoder)})`, ...facts].join('\n');
}

import type { Argv } from 'yargs';
import { SerError } from '../../error.ts';
import { openFolders } from '../../serve/mcp/folders.ts';
import { MODELS_OPTION, WORKERS_OPTION } from '../options.ts';
import type { Arguments } from '../lazily.ts';

export const builder = (parser: Argv) =>
  parser
    .option('folder', {
      type: 'string',
      array: true,
      nargs: 1,
      default: ['.'],
      defaultDescription: 'the current folder',
      describe:
        'Folder that the tools may read from and write to; may be given several times. Nothing outside is touched',
    })
    .option('models', MODELS_OPTION)
    .option('workers', WORKERS_OPTION)
    .example(
      '$0 mcp --folder recordings',
      'what an assistant is told to start; it speaks JSON on standard input and output',
    )
    .example('claude mcp add ser -- $0 mcp --folder recordings', 'for one of the assistants')
    .epilogue('Tools: predict, features, evaluate, report (docs/mcp.md). It ends with its standard input.');

export async function handler({ folder, models, workers }: Arguments<typeof builder>): Promise<void> {
  if (!Number.isInteger(workers) || workers < 1)
    throw new SerError('usage', `--workers ${workers}: give a whole number from 1.`);
  const folders = openFolders(folder);
  // Loaded after the checks.
  const [{ serveStdio }, { createMcpServer }] = await Promise.all([
    import('@modelcontextprotocol/server/stdio'),
    import('../../serve/mcp/server.ts'),
  ]);
  serveStdio(() => createMcpServer({ folders, models, workers }), {
    onerror: ({ message }) => console.error(`mcp: ${message}`),
  });
  if (process.stdin.isTTY) console.error('ser mcp waits for a client on standard input; Ctrl-C ends it.');
}

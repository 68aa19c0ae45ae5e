import type { Argv } from 'yargs';
import type { Arguments } from '../lazily.ts';

export const builder = (parser: Argv) =>
  parser
    .positional('model', { type: 'string', demandOption: true, describe: 'A model folder, such as models/male' })
    .option('format', { choices: ['onnx'] as const, default: 'onnx' as const, describe: 'Format of the graph' })
    .option('out', {
      type: 'string',
      demandOption: true,
      describe: 'New folder for onnx/model.onnx, config.json, preprocessor_config.json and the model card',
    })
    .example('$0 export models/male --out exported', 'docs/export.md: how to run it in Python and elsewhere');

export async function handler({ model, out }: Arguments<typeof builder>): Promise<void> {
  const { exportModel } = await import('../../train/export/exportModel.ts');
  for (const path of await exportModel(model, out)) console.log(path);
}

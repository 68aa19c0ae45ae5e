import type { Argv } from 'yargs';
import { checkOutFile } from '../../files/files.ts';
import { type ImportedEcapa, importEcapa } from '../../train/gender/ecapa/importEcapa.ts';
import type { Arguments } from '../lazily.ts';

export const builder = (parser: Argv) =>
  parser
    .option('weights', { type: 'string', demandOption: true, describe: 'The safetensors file' })
    .option('out', { type: 'string', demandOption: true, describe: 'The ONNX model to write' })
    .example(
      '$0 gender import --weights model.safetensors --out gender.onnx',
      'then: ser gender … --model gender.onnx',
    );

export async function handler({ weights, out }: Arguments<typeof builder>): Promise<void> {
  checkOutFile(out);
  console.log(describeImport(out, await importEcapa(weights, out)));
}

/** One line about the new model. */
export function describeImport(out: string, { widths, parameters, bytes, source }: ImportedEcapa): string {
  const { channels, mfa, attention, embedding } = widths;
  return (
    `${out}: ECAPA-TDNN, ${channels} channels, ${mfa} aggregated, attention ${attention}, embedding ${embedding}; ` +
    `${(parameters / 1e6).toFixed(2)} million parameters, ${(bytes / 1e6).toFixed(1)} MB; from ${source}`
  );
}

import type { Argv } from 'yargs';
import type { EncoderFile, EncoderValue } from '../../data/embeddings/encoders/encoder.ts';
import { encoderPath, isDownloaded } from '../../data/embeddings/encoders/encoderPlace.ts';
import { inspectEncoder } from '../../data/embeddings/encoders/encoderSets.ts';
import { SAMPLE_RATE } from '../../features/types.ts';
import { JSON_OPTION } from '../options.ts';
import type { Arguments } from '../lazily.ts';

export const builder = (parser: Argv) =>
  parser
    .positional('encoder', {
      type: 'string',
      demandOption: true,
      describe: 'ONNX file of an encoder, or the name of a downloaded one',
    })
    .option('layer', {
      type: 'string',
      defaultDescription: 'the first output of frames',
      describe: 'Number of a transformer layer, or name of an output or of an inner value',
    })
    .option('json', JSON_OPTION)
    .example('$0 embeddings inspect mine.onnx', 'what it takes and gives, and its layers')
    .example('$0 embeddings inspect whisper-tiny --layer 3 --json', 'a layer of a downloaded encoder, for programs')
    .epilogue('Exit code 1, with the reason, for a file that is damaged, or not an encoder that can be used here.');

export function handler({ encoder, layer, json }: Arguments<typeof builder>): void {
  const isName = isDownloaded(encoder);
  const file = inspectEncoder(isName ? encoderPath(encoder) : encoder, layer);
  const set = `${isName ? encoder : `onnx:${encoder}`}${layer === undefined ? '' : `#${layer}`}`;
  const sets = [set, `${set}-functionals`];
  console.log(json ? JSON.stringify({ ...file, featureSets: sets }, null, 2) : describe(file, sets));
}

function describe(file: EncoderFile, sets: readonly string[]): string {
  const { bytes, parameters, layers, value, dimensions, frameRate } = file;
  const facts = {
    size: `${bytes.toLocaleString('en')} bytes, ${parameters.toLocaleString('en')} weights; opset ${file.opset}`,
    'SHA-256': file.sha256,
    inputs: file.inputs.map(valueText).join(', '),
    outputs: file.outputs.map(valueText).join(', '),
    takes: inputText(file),
    layers: layers.length > 0 ? `${layers[0]} to ${layers.at(-1)}` : 'none found: choose an output or an inner value',
    frames: `${dimensions} values of ${value}, ${frameRate.toFixed(1)} a second`,
    'feature sets': sets.join(', '),
  };
  return [file.path, ...Object.entries(facts).map(([label, text]) => `  ${label.padEnd(14)}${text}`)].join('\n');
}

const valueText = ({ name, type, shape }: EncoderValue): string =>
  `${name} (${type}${shape ? `, ${shape.join(' × ')}` : ''})`;

function inputText({ input, bands, settings, mask, isFixed, window }: EncoderFile): string {
  const seconds = `${window / SAMPLE_RATE} s at once`;
  return [
    input === 'waveform' ? 'samples at 16 kHz' : `a log-mel spectrogram of ${bands} bands`,
    ...(settings.normalise ? ['scaled to zero mean and unit variance'] : []),
    ...(mask ? [`with an attention mask${settings.mask ? '' : ' of ones'}`] : []),
    isFixed ? seconds : `at most ${seconds}`,
  ].join(', ');
}

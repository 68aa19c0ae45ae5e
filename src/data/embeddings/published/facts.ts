import { hubUrl } from '../../../files/hub.ts';
import type { PublishedEncoder, PublishedFile } from './encoders.ts';

/** Address of a published file. */
export const urlOf = ({ source, path }: PublishedFile): string =>
  (typeof source === 'string' ? source : hubUrl(source)) + path;

/** What is known of a published encoder, in words, by label. */
export function encoderFacts(encoder: PublishedEncoder): [label: string, text: string][] {
  const { title, paper, licence, input, dimensions, frameRate, layers, output, best, findings, files, instead } =
    encoder;
  const graph = files.at(-1);
  const size = graph?.megabytes === undefined ? 'size not known' : `${graph.megabytes} MB`;
  const sum = graph?.sha256 === undefined ? 'remembered at the first download' : `SHA-256 ${graph.sha256}`;
  return [
    ['what', `${title}, ${paper}`],
    ['licence', licence],
    ...(graph ? [['source', urlOf(graph)] as const, ['size', `${size}; checksum ${sum}`] as const] : []),
    ...(instead ? [['source', instead] as const] : []),
    ['frames', `${dimensions} values, ${frameRate} a second, of ${input === 'waveform' ? 'the samples' : 'a log-mel spectrogram'}${layers ? `; ${layers} transformer layers` : ''}${output ? `; its own output is ${output}: choose a layer, as in ${encoder.name}#6` : ''}`], // prettier-ignore
    ['best layer', `${best.text} (${best.source})`],
    ...findings.map(({ text, source }) => ['expect', `${text} (${source})`] as const),
  ].map(([label, text]) => [label, text]);
}

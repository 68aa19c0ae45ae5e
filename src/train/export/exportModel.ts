import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { id2labelOf } from '../../data/labels/id2label.ts';
import { SerError } from '../../error.ts';
import { SAMPLE_RATE } from '../../features/types.ts';
import { checkOutFolder, jsonText, namesIn, writeFileAtomic } from '../../files/files.ts';
import { expectText } from '../../messages/arguments.ts';
import { sha256 } from '../../sha256.ts';
import { VERSION } from '../../version.ts';
import { type Bundle, readModelFolder } from '../bundle/bundle.ts';
import { classifierGraph, EXPORTABLE, INPUT, LOGITS, PROBABILITIES } from './classifierGraph.ts';

/** The files of an exported model, in the layout in which transformers.js looks for them. */
const FILES = { graph: 'onnx/model.onnx', config: 'config.json', preprocessor: 'preprocessor_config.json', card: 'MODEL_CARD.md' }; // prettier-ignore

/**
 * Writes the classifier of a model folder for others: the graph in ONNX, with the standardisation and the temperature inside, `config.json` with the
 * labels, and `preprocessor_config.json`, which names the features that it takes.
 * @param dir  a folder with `bundle.json`
 * @param out  new or empty, or of an earlier export
 * @returns paths of the files
 * @throws {SerError} `model` for a folder without a model, or one that cannot be exported; `usage` for a folder with other files
 * @example
 * const paths = await exportModel('models/reference/male', 'exported');
 * paths.length // → 4
 */
export async function exportModel(dir: string, out: string): Promise<string[]> {
  expectText(dir, 'exportModel: dir', 'the folder of a model');
  expectText(out, 'exportModel: out', 'a folder to write to');
  const { bundle, files } = readModelFolder(dir);
  checkExportable(dir, bundle);
  checkOut(out);
  const { features, labels, scaler, temperature, classifier } = bundle;
  const shape = { level: features.level, features: features.names.length, classes: labels.length };
  const graph = classifierGraph(classifier, files, shape, { scaler, temperature });
  const hash = sha256(JSON.stringify(bundle.files));
  const bytes = graph.toBytes({ format: 'gender-ser classifier 1', features: features.set, model: hash });
  const card = join(dir, FILES.card);
  const written: [string, string | Uint8Array][] = [
    [FILES.graph, bytes],
    [FILES.config, jsonText(configOf(bundle))],
    [FILES.preprocessor, jsonText(preprocessorOf(bundle))],
    ...(existsSync(card) ? [[FILES.card, readFileSync(card)] as [string, Uint8Array]] : []),
  ];
  return written.map(([name, content]) => {
    writeFileAtomic(join(out, name), content);
    return join(out, name);
  });
}

function checkExportable(dir: string, { classifier, features, speakerPrior }: Bundle): void {
  const refuse = (why: string): never => {
    throw new SerError('model', `${dir} cannot be exported to ONNX: ${why}.`);
  };
  if (!EXPORTABLE.includes(classifier)) refuse(`its classifier is ${classifier}; ${EXPORTABLE.join(', ')} can be`);
  if (speakerPrior) refuse('its features are standardised by the statistics of each speaker, which a graph of single clips does not know'); // prettier-ignore
  if (features.level !== 'functionals') refuse('it takes frames; models of one vector per clip can be');
}

function checkOut(out: string): void {
  checkOutFolder(out);
  const own = Object.values(FILES).map((name) => name.split('/')[0]);
  const other = namesIn(out).find((name) => !own.includes(name));
  if (other) throw new SerError('usage', `${out} contains other files than an exported model's, such as ${other}: choose another --out.`); // prettier-ignore
}

function configOf({ classifier, gender, labels, protocol, data }: Bundle) {
  return {
    model_type: `gender-ser-${classifier}`,
    architectures: ['AudioClassification'],
    problem_type: 'single_label_classification',
    num_labels: labels.length,
    id2label: id2labelOf(labels),
    label2id: Object.fromEntries(labels.map((label, i) => [label, i])),
    gender,
    protocol,
    trained_on: data.corpora,
    outputs: { logits: LOGITS, probabilities: PROBABILITIES },
  };
}

/** The front end by name: the graph begins behind it. */
function preprocessorOf({ features: { set, names, encoder } }: Bundle) {
  return {
    feature_extractor_type: 'GenderSerFeatures',
    sampling_rate: SAMPLE_RATE,
    feature_set: set,
    ...(encoder !== undefined && { encoder_sha256: encoder }),
    feature_size: names.length,
    input: { name: INPUT, type: 'float32', shape: ['clips', names.length] },
    normalize: 'in the graph',
    how: `gender-ser ${VERSION}: await featureSet('${set}').extract(await loadAudio('clip.wav'))`,
    feature_names: names,
  };
}

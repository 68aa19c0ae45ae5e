import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ravdess } from '../../src/data/corpora/ravdess.ts';
import type { FeatureTable, TableRow } from '../../src/data/tables/table.ts';
import { encodeTable } from '../../src/data/tables/encodeTable.ts';
import { type ModelPredictions, modelPredictionsToCsv } from '../../src/eval/systems/modelPredictions.ts';
import { writeSvm } from '../../src/train/classifiers/svm/files.ts';
import { writeTrees } from '../../src/train/classifiers/trees/files.ts';
import { buildTrees } from '../../src/train/classifiers/trees/trees.ts';
import { ecapaGraph } from '../../src/train/gender/ecapa/ecapaGraph.ts';
import { genderMetadata } from '../../src/train/gender/ecapa/genderMetadata.ts';
import { sample } from '../eval/samplePredictions.ts';
import { randomWeights } from '../train/ecapaFixtures.ts';

const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));
/** Larger recordings take longer than they find. */
const LARGEST = 64_000;

/** Every recording among the fixtures, by its extension. */
export function recordings(): Map<string, Uint8Array[]> {
  const found = new Map<string, Uint8Array[]>();
  const folder = join(fixtures, 'audio');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(folder, name);
    const extension = extname(name).toLowerCase();
    if (!statSync(path).isFile() || ['.md', '.json', '.csv', '.txt', '.npy'].includes(extension)) continue;
    const bytes = new Uint8Array(readFileSync(path));
    if (bytes.length <= LARGEST) found.set(extension, [...(found.get(extension) ?? []), bytes]);
  }
  return found;
}

export const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(join(fixtures, name)));

export const jsonBytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value, null, 2));
export const textBytes = (text: string): Uint8Array => Buffer.from(text);

/** A model of four features: one dense layer. */
export function tinyModel(): { bundle: Uint8Array; model: Uint8Array; weights: Uint8Array; names: string[] } {
  const names = ['a', 'b', 'c', 'd'];
  const weights = new Uint8Array(Float32Array.from({ length: 4 * 8 + 8 }, (_, i) => Math.sin(i)).buffer);
  const model = { layers: [] };
  const [json, sha256] = [jsonBytes(model), (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')];
  const bundle = {
    ...{ format: 2, classifier: 'cnn', gender: 'male', protocol: 'statement', fold: 'sentence 1', seed: 3 },
    options: { epochs: 1 },
    data: { clips: 1, rows: 1, validationClips: 0, sha256: 'x', clipsSha256: 'y', corpora: [] },
    versions: { node: '20' },
    labels: ravdess.labels,
    temperature: 1.5,
    validation: { n: 1, accuracy: 1, uar: 1, loss: 0.5 },
    features: { set: 'tiny', level: 'functionals', names },
    scaler: { mean: [0, 1, 2, 3], scale: [1, 2, 3, 4] },
    history: [{ epoch: 1, learningRate: 0.1, loss: 1, accuracy: 0.5 }],
    files: { 'model.json': sha256(json), 'weights.bin': sha256(weights) },
  };
  return { bundle: jsonBytes(bundle), model: json, weights, names };
}

/** The files of a support vector machine of four features and three classes. */
export const tinySvm = (): Map<string, Uint8Array> =>
  new Map(
    Array.from(
      writeSvm({
        gamma: 0.5,
        vectors: { data: Float32Array.from({ length: 5 * 4 }, (_, i) => Math.sin(i)), size: 4 },
        counts: [2, 2, 1],
        beta: Float32Array.from({ length: 5 * 2 }, (_, i) => Math.cos(i)),
        biases: [0.1, -0.2, 0.3],
      }),
      ([name, content]) => [name, typeof content === 'string' ? textBytes(content) : content],
    ),
  );

/** A forest of two trees, of four features and three classes. */
export function tinyForest(): Map<string, Uint8Array> {
  const trees = buildTrees(3);
  for (const feature of [0, 3]) {
    trees.split(feature, 0.5);
    trees.leaf([1, 0, 0]);
    trees.split(1, -2);
    trees.leaf([0, 0.25, 0.75]);
    trees.leaf([0, 1, 0]);
  }
  return new Map(
    Array.from(writeTrees('forest', trees.finish(), { features: 4, classes: 3 }), ([name, content]) => [
      name,
      typeof content === 'string' ? textBytes(content) : content,
    ]),
  );
}

/** A gender model of a few kilobytes. */
export const tinyGender = (): Uint8Array =>
  ecapaGraph(randomWeights({ channels: 8, group: 1, squeeze: 2, mfa: 6, attention: 2, embedding: 2 })).toBytes(
    genderMetadata({ source: 'random' }),
  );

/** Of vectors, and one of frames. */
export function tables(): Uint8Array[] {
  return [0, 3, 200, 40].map((rows, at) => {
    const clips = Array.from({ length: rows }, (_, i): TableRow => {
      const names = { id: `clip-${i}`, speaker: String(i % 7), emotion: ravdess.labels[i % 8], gender: i % 2 ? 'male' : 'female' } as const; // prettier-ignore
      return { ...names, copy: 0, corpus: 'made-up', recording: names.id, sentence: i % 2 ? 'a' : null, channel: i % 3 ? 'song' : 'speech' }; // prettier-ignore
    });
    const frames = at === 3 ? Uint32Array.from(clips, (_, i) => 1 + (i % 7)) : undefined;
    const vectors = frames ? frames.reduce((sum, count) => sum + count, 0) : rows;
    const values = Float32Array.from({ length: 2 * vectors }, (_, i) => 100 * Math.sin(i));
    const table: FeatureTable = { featureSet: 'two', names: ['x', 'y'], labels: ravdess.labels, clips, values, provenance: { licence: 'CC0' } }; // prettier-ignore
    return encodeTable({ ...table, ...(frames && { frames }) });
  });
}

export const rows = sample.rows.slice(0, 12);

function predictions(model: string, seed: number): ModelPredictions {
  const own = rows.map((row, i) => ({ ...row, fold: `fold ${1 + (i % 2)}`, temperature: 1.25 }));
  return { ...sample, model, seed, rows: own, validation: own.slice(0, 3) };
}
export const predictionsCsv = (): Uint8Array => textBytes(modelPredictionsToCsv([predictions('male', 1), predictions('female', 1)])); // prettier-ignore

const overlap = { test: 6, shared: 0 };
const head = {
  protocol: 'luna-5fold',
  description: 'Five folds.',
  overlap: { speakers: overlap, sentences: { test: 2, shared: 2 }, recordings: overlap },
  notes: ['A note.'],
  interval: { resamples: 50, seed: 1, level: 0.95, over: 'speakers' },
  ...{ maxError: 0.25, systems: [{ name: 'oracle', title: 'oracle', what: 'a pair' }], routing: null },
};
const manifest = {
  ...{ command: 'ser eval', options: { model: 'pair' }, seed: { male: 1, female: 2 } },
  ...{ versions: { node: '20' }, data: { table: 'x' }, models: {} },
};
const voices = ['id,male_probability', ...rows.map(({ id }, i) => `${id},${i / 20}`), ''].join('\n');

/** The files that are read of each kind of report folder. */
export const REPORTS = {
  models: {
    'report.json': jsonBytes({ ...head, kind: 'models', routing: { posteriors: 'Of a model.' } }),
    'manifest.json': jsonBytes(manifest),
    'training.json': jsonBytes({ male: [{ epoch: 1, learningRate: 0.1, loss: 1, accuracy: 0.5, validationLoss: 1 }] }),
    'predictions.csv': predictionsCsv(),
    'gender-posteriors.csv': textBytes(voices),
  },
  'cross-validation': {
    'report.json': jsonBytes({ ...head, kind: 'cross-validation' }),
    'manifest.json': jsonBytes(manifest),
    'predictions.csv': predictionsCsv(),
    'gender-posteriors.csv': textBytes(voices),
    'importance.csv': textBytes('block,features,uar,accuracy\nmfcc,40,0.1,0.2\nrms,2,0,0.01\n'),
    'map.csv': textBytes(['id,first,second', ...rows.map(({ id }, i) => `${id},${i},-1.5`), ''].join('\n')),
  },
  conditions: {
    'report.json': jsonBytes({ ...head, kind: 'conditions' }),
    'manifest.json': jsonBytes(manifest),
    'predictions.csv': textBytes(modelPredictionsToCsv([predictions('clean', 1)])),
  },
} as const;

export const manifestCsv = (): Uint8Array =>
  textBytes(
    'file,speaker,gender,probability,emotion,review\n' +
      'a/1.wav,anna,female,0.99,sad,\nb/2.wav,bob,male,,angry,\nconstructor/c.wav,,male,0.6,,unsure\n"e,f.wav",x,male,1,calm,\n',
  );

export const posteriorsCsv = (): Uint8Array =>
  textBytes(
    'corpus,clip,speaker,gender,fold,logit_male,logit_female,temperature\n' +
      'ravdess,a,1,male,1,2.5,-1,1.2\nravdess,b,2,female,2,-2.5,1,1.2\nemodb,a,1,male,1,0,0,1\n',
  );

export const clipsCsv = (): Uint8Array => textBytes('file,speaker,gender,subset\na/1.wav,s1,male,dev\nb/2.wav,s2,female,dev\n'); // prettier-ignore

export const trainingResult = (): Uint8Array =>
  jsonBytes({
    ...{ fingerprint: 'these', name: 'x', data: { clips: 1, rows: 1, validationClips: 0, sha256: 'y' } },
    ...{ engine: { name: 'wasm', threads: 1 }, temperature: 1.5, seconds: 3 },
    validation: { protocol: 'loso', labels: sample.labels, rows: rows.slice(0, 2) },
    test: { protocol: 'loso', labels: sample.labels, rows: rows.slice(0, 4) },
    importance: [{ block: 'mfcc', hits: [1, 2] }],
  });

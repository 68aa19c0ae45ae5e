import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { parseCsv, toCsv } from '../../src/files/csv.ts';
import { readRecording, type Recording } from '../../src/data/audio/read.ts';
import { readGenderPosteriors } from '../../src/train/gender/voices/genderPosteriors.ts';
import { floats, openJournal } from '../../src/data/workers/journal.ts';
import { manifestCorpus, manifestToCsv, readManifest } from '../../src/data/sources/manifest.ts';
import { readEncoder } from '../../src/data/embeddings/encoders/readEncoder.ts';
import { checkPins } from '../../src/data/embeddings/published/pins.ts';
import { openSpeechDetector } from '../../src/data/speech/detector.ts';
import { decodeTable } from '../../src/data/tables/tableParquet.ts';
import { unpackZip } from '../../src/data/corpora/download/unpack.ts';
import { findVoices } from '../../src/train/gender/voices/voices.ts';
import { parseModelPredictionsCsv } from '../../src/eval/systems/modelPredictions.ts';
import { readSystem } from '../../src/eval/reports/reportFiles.ts';
import { parseForeignCsv } from '../../src/eval/systems/foreignPredictions.ts';
import { createRandom, type Random } from '../../src/random.ts';
import { loadGenderOnnx } from '../../src/train/gender/ecapa/genderOnnx.ts';
import { loadBundle } from '../../src/train/bundle/bundle.ts';
import { parseCheckpoint, writeCheckpoint } from '../../src/train/engine/checkpoint.ts';
import { checkEcapaWeights } from '../../src/train/gender/ecapa/ecapaWeights.ts';
import { checkGenderMetadata } from '../../src/train/gender/ecapa/genderMetadata.ts';
import { readOnnxFile } from '../../src/onnx/metadata.ts';
import { openInNode } from '../../src/onnx/openInNode.ts';
import { readSafetensors } from '../../src/train/gender/ecapa/safetensors.ts';
import { readTrainingResult } from '../../src/train/trainingResult.ts';
import { buildZip } from '../data/zip.ts';
import { randomWeights } from '../train/ecapaFixtures.ts';
import { forest } from '../../src/train/classifiers/forest/forest.ts';
import { readSvm } from '../../src/train/classifiers/svm/files.ts';
import { svmProbabilities } from '../../src/train/classifiers/svm/machine.ts';
import { mutateBytes, mutateRecording, pick } from './mutations.ts';
import * as seeds from './seeds.ts';
import { mutateCsv, mutateHeader, mutateJson, mutateJsonLines } from './structured.ts';

/** Something that reads a file. */
export interface Target {
  name: string;
  /** Sound files. */
  seeds(): readonly Uint8Array[];
  /** How they are damaged. */
  mutate(seed: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array;
  /** @param folder  for temporary files @returns a value, or throws a `SerError`: anything else is a fault */
  read(bytes: Uint8Array, folder: string): unknown;
  /** What a sound file's value comes to, where it must be the same at any time. */
  digest?(value: unknown): string;
}

const clips = seeds.rows.map(({ id, speaker, gender }) => ({
  ...({ id, speaker, gender, corpus: 'made-up', recording: id, sentence: null, channel: 'speech' } as const),
  emotion: 'sad' as const,
}));
const FOREIGN = { protocol: 'loso', labels: ['sad', 'calm'], folds: [{ name: 'fold 1', test: clips }] };

const encoders = (): Uint8Array[] =>
  ['wav2vec2-base', 'wav2vec2-large', 'whisper'].map((name) =>
    readFileSync(new URL(`../fixtures/encoders/${name}/model.onnx`, import.meta.url)),
  );

const pins = (): Uint8Array =>
  Buffer.from(JSON.stringify({ files: { 'model.onnx': { bytes: 3, sha256: 'ab', from: 'http://localhost/', archive: 'cd' } } })); // prettier-ignore

/** Everything that reads files. A format of recordings is tried as soon as there is a fixture of it; another file is one line more. */
export const TARGETS: readonly Target[] = [
  ...Array.from(seeds.recordings(), ([extension, files]) => audio(extension, files)),
  target('bundle.json', mutateJson, [seeds.tinyModel().bundle], (bytes, folder) =>
    readModel(folder, 'bundle.json', bytes),
  ),
  target('model.json', mutateJson, [seeds.tinyModel().model], (bytes, folder) =>
    readModel(folder, 'model.json', bytes),
  ),
  target('weights.bin', mutateBytes, [seeds.tinyModel().weights], (bytes, folder) => readModel(folder, 'weights.bin', bytes)), // prettier-ignore
  target('svm.json', mutateJson, [seeds.tinySvm().get('svm.json')!], (bytes) => readTinySvm('svm.json', bytes)),
  target('vectors.bin', mutateBytes, [seeds.tinySvm().get('vectors.bin')!], (bytes) => readTinySvm('vectors.bin', bytes)), // prettier-ignore
  target('forest.json', mutateJson, [seeds.tinyForest().get('forest.json')!], (bytes) => readTinyForest('forest.json', bytes)), // prettier-ignore
  target('forest.bin', mutateBytes, [seeds.tinyForest().get('forest.bin')!], (bytes) => readTinyForest('forest.bin', bytes)), // prettier-ignore
  target('gender.onnx', mutateBytes, [seeds.tinyGender()], viaFile('gender.onnx', loadGender)),
  target('gender.onnx without hash', mutateBytes, [readOnnxFile(seeds.tinyGender()).hash!.content], viaFile('gender.onnx', loadGender)), // prettier-ignore
  target('speech.onnx', mutateBytes, [speechModel()], async (bytes) => (await openSpeechDetector(bytes, openInNode)).close()), // prettier-ignore
  target('gender.onnx metadata', mutateBytes, [metadataOnly()], (bytes) => checkGenderMetadata(readOnnxFile(bytes).metadata, 'x')), // prettier-ignore
  target('safetensors', mutateHeader(8), [smallTensors()], (bytes) => checkEcapaWeights(readSafetensors(bytes))),
  target('checkpoint', mutateHeader(4), [checkpoint()], (bytes) => parseCheckpoint(bytes, 'these', { state: v.object({ step: v.number() }) }, 'x')), // prettier-ignore
  target('encoder', mutateBytes, encoders(), (bytes) => readEncoder(bytes, undefined)),
  target('pins.json', mutateJson, [pins()], viaFile('pins.json', (path) => checkPins(join(dirname(path), 'model.onnx'), 'ab'))), // prettier-ignore
  target('training result', mutateJson, [seeds.trainingResult()], viaFile('result.json', (path) => readTrainingResult(path, 'these'))), // prettier-ignore
  target('journal', mutateJsonLines, [journal()], viaFile('journal', (path) => openJournal(path, 'key', floats((lengths) => lengths.join() === '2')).find('a', '1'))), // prettier-ignore
  target('feature table', mutateBytes, seeds.tables(), (bytes) => decodeTable(bytes, 'x.parquet')),
  target('gender posteriors', mutateCsv, [seeds.posteriorsCsv()], viaFile('p.csv', (path) => readGenderPosteriors(path, 'ravdess'))), // prettier-ignore
  target('list of voices', mutateCsv, [seeds.clipsCsv()], readVoiceList),
  target('manifest', mutateCsv, [seeds.manifestCsv()], viaFile('manifest.csv', readManifestWhole)),
  target('archive', mutateBytes, [archive()], readArchive),
  target('CSV', mutateCsv, [seeds.manifestCsv(), seeds.predictionsCsv()], (bytes) => parseCsv(toCsv(parseCsv(textOf(bytes))))), // prettier-ignore
  target('predictions', mutateCsv, [seeds.predictionsCsv()], (bytes) =>
    parseModelPredictionsCsv(textOf(bytes), 'loso'),
  ),
  target('predictions of others', mutateCsv, [foreignCsv()], (bytes) => parseForeignCsv(textOf(bytes), FOREIGN, 'x')),
  ...reportTargets('models', (dir) => readSystem(dir)),
  ...reportTargets('cross-validation', (dir) => readSystem(dir)),
  ...reportTargets('conditions', (dir) => readSystem(dir)),
];

const byte = [Uint8Array.of(1, 2, 3, 4)];
let calls = 0;

/** Readers with faults, for the tests of the search itself. */
export const FAULTY: readonly Target[] = [
  target('faulty: throws', mutateBytes, byte, (bytes) => (bytes as unknown as { x: { y: 1 } }).x.y),
  target('faulty: prints', mutateBytes, byte, (bytes) => void process.stderr.write(`${bytes.length}\n`)),
  target('faulty: rejects', mutateBytes, byte, () => void Promise.reject(new Error('nobody waits'))),
  target('faulty: never ends', mutateBytes, byte, (bytes) => {
    while (String(bytes) !== '1,2,3,4');
  }),
  target('faulty: dies', mutateBytes, byte, (bytes) => String(bytes) === '1,2,3,4' || process.exit(1)),
  { ...target('faulty: remembers', mutateBytes, byte, () => calls++), digest: String },
];

export function getTarget(name: string): Target {
  return [...TARGETS, ...FAULTY].find((one) => one.name === name)!;
}

/** A damaged file: the same for the same target, number and seed. */
export function createInput({ name, seeds, mutate }: Target, input: number, seed: number): Uint8Array {
  const random = createRandom(`${seed}/${name}/${input}`);
  const all = seeds();
  return mutate(pick(all, random), all, random);
}

type Read = Target['read'];

function target(name: string, mutate: Target['mutate'], files: readonly Uint8Array[], read: Read): Target {
  return { name, seeds: () => files, mutate, read };
}

function audio(extension: string, files: readonly Uint8Array[]): Target {
  return {
    ...target(`audio ${extension}`, mutateRecording, files, (bytes) => readRecording(bytes, 'x', { maxSeconds: 60 })),
    digest: (value) => {
      const { signal } = value as Recording;
      return `${signal.length} ${signal.reduce((sum, sample, i) => sum + sample * ((i % 7) + 1), 0)}`;
    },
  };
}

function viaFile(name: string, read: (path: string) => unknown): Read {
  return (bytes, folder) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return read(path);
  };
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

function readModel(folder: string, file: string, bytes: Uint8Array): unknown {
  const { bundle, model, weights, names } = seeds.tinyModel();
  const dir = join(folder, 'model');
  mkdirSync(dir, { recursive: true });
  const files = { 'bundle.json': bundle, 'model.json': model, 'weights.bin': weights, [file]: bytes };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content);
  return loadBundle(dir, { name: 'tiny', names }).predictProba(Float32Array.of(1, 2, 3, 4));
}

function readTinySvm(file: string, bytes: Uint8Array): unknown {
  const content = new Map(
    Array.from(seeds.tinySvm().set(file, bytes), ([name, part]) => [name, Uint8Array.from(part)]),
  );
  const model = readSvm({ dir: 'model', content }, { features: 4, classes: 3 });
  return svmProbabilities(model)(Float32Array.of(1, 2, 3, 4));
}

function readTinyForest(file: string, bytes: Uint8Array): unknown {
  const content = new Map(
    Array.from(seeds.tinyForest().set(file, bytes), ([name, part]) => [name, Uint8Array.from(part)]),
  );
  const model = forest.open({ dir: 'model', content }, { level: 'functionals', features: 4, classes: 3 });
  return model.predictProba(Float32Array.of(1, 2, 3, 4));
}

async function loadGender(path: string): Promise<unknown> {
  const classifier = await loadGenderOnnx(path);
  const verdict = await classifier.classify(new Float32Array(1600).fill(0.1));
  await classifier.dispose();
  return verdict;
}

/** The end of a gender model: its metadata without its graph. */
function metadataOnly(): Uint8Array {
  const whole = Buffer.from(seeds.tinyGender());
  const sha = whole.indexOf('sha256');
  return whole.subarray(sha - 4);
}

function smallTensors(): Uint8Array {
  const tensors = Object.entries(randomWeights({ channels: 8, group: 1, squeeze: 2, mfa: 6, attention: 2, embedding: 2 })); // prettier-ignore
  let at = 0;
  const entries = tensors.map(([name, { shape, data }]) => {
    return [name, { dtype: 'F32', shape, data_offsets: [at, (at += data.byteLength)] }];
  });
  const header = Buffer.from(JSON.stringify({ __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) }));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([size, header, ...tensors.map(([, { data }]) => new Uint8Array(data.buffer))]);
}

/** The bytes of a file that `write` writes. */
function written(write: (path: string) => void): Uint8Array {
  const folder = mkdtempSync(join(process.env.TMPDIR ?? '/tmp', 'ser-fuzz-seed-'));
  write(join(folder, 'file'));
  const bytes = readFileSync(join(folder, 'file'));
  rmSync(folder, { recursive: true });
  return new Uint8Array(bytes);
}

function checkpoint(): Uint8Array {
  return written((path) => writeCheckpoint(path, 'these', { state: { step: 7 }, tensors: [Float32Array.of(1, 2, 3), Float32Array.of(4)] })); // prettier-ignore
}

function journal(): Uint8Array {
  return written((path) => {
    const open = openJournal(
      path,
      'key',
      floats((lengths) => lengths.join() === '2'),
    );
    for (const id of ['a', 'b', 'constructor']) open.add(id, '1', [Float32Array.of(1, 2)]);
  });
}

async function readManifestWhole(path: string): Promise<unknown> {
  const rows = readManifest(path);
  manifestToCsv(rows, dirname(path));
  return manifestCorpus(path).clips(path);
}

function speechModel(): Uint8Array {
  return new Uint8Array(readFileSync(new URL('../../models/speech/speech.onnx', import.meta.url)));
}

function archive(): Uint8Array {
  return buildZip([
    { name: 'a/1.wav', body: Uint8Array.of(1, 2, 3) },
    { name: 'b.txt', body: new Uint8Array(500) },
  ]);
}

async function readArchive(bytes: Uint8Array, folder: string): Promise<unknown> {
  const [path, target] = [join(folder, 'archive.zip'), join(folder, 'unpacked')];
  writeFileSync(path, bytes);
  rmSync(target, { recursive: true, force: true });
  return unpackZip(path, target, { maxBytes: 2 ** 20 });
}

function readVoiceList(bytes: Uint8Array, folder: string): unknown {
  const files = {
    'ravdess/03-01-01-01-01-01-01.wav': Uint8Array.of(1),
    'librispeech-mini/clips.csv': bytes,
    'emodb/03a01Fa.wav': Uint8Array.of(1),
    'crema-d/1001_DFA_ANG_XX.wav': Uint8Array.of(1),
    'speechocean-mini/000240323.wav': Uint8Array.of(1),
  };
  const root = join(folder, 'corpora');
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return findVoices(root);
}

function foreignCsv(): Uint8Array {
  return seeds.textBytes(['file,sad,calm,predicted', ...clips.map(({ id }) => `${id}.wav,0.75,0.25,sad`), ''].join('\n')); // prettier-ignore
}

/** One target for each file of a report folder, whose other files are sound. */
function reportTargets(kind: keyof typeof seeds.REPORTS, read: (dir: string) => unknown): Target[] {
  const files: Record<string, Uint8Array> = seeds.REPORTS[kind];
  return Object.entries(files).map(([name, content]) =>
    target(`${kind} report: ${name}`, name.endsWith('.json') ? mutateJson : mutateCsv, [content], (bytes, folder) => {
      const dir = join(folder, `report-${kind}`);
      for (const [file, sound] of Object.entries(files)) {
        mkdirSync(dirname(join(dir, file)), { recursive: true });
        writeFileSync(join(dir, file), file === name ? bytes : sound);
      }
      return read(dir);
    }),
  );
}

import { EMOTIONS } from '../../../data/clip.ts';
import { SerError } from '../../../error.ts';
import { FEATURE_SETS } from '../../../features/index.ts';
import { checkBundle, parseBundle } from '../../../train/bundle/bundleCheck.ts';
import { bundlePredictor } from '../../../train/bundle/bundlePredictor.ts';
import { openInBrowser } from '../../../onnx/openInBrowser.ts';
import { forwardPass } from '../../../train/network/forwardPass.ts';
import { checkGenderMetadata, type GenderMetadata } from '../../../train/gender/ecapa/genderMetadata.ts';
import { readLayers } from '../../../train/network/layersFile.ts';
import { readOnnxFile } from '../../../onnx/metadata.ts';
import type { Predictor } from '../../../train/predict.ts';
import { loadedOnce } from '../../../loadedOnce.ts';
import { openSpeechDetector, type SpeechDetector } from '../../../data/speech/detector.ts';
import type { EmotionModelName } from '../../predict/routingChoice.ts';
import { openEcapa, type OpenEcapa } from '../../../train/gender/ecapa/openEcapa.ts';

export interface DeviceEmotionModel extends Predictor {
  /** Name of the feature set that it takes. */
  features: string;
}

export interface DeviceGenderModel {
  file: string;
  network: OpenEcapa;
  metadata: GenderMetadata;
}

/** @throws {SerError} `model` if it cannot be fetched, or its parts do not fit each other or this page */
export const emotionModel = loadedOnce(fetchEmotionModel);

const genderModel = loadedOnce(fetchGenderModel);

const speechModel = loadedOnce(async (file: string) =>
  openSpeechDetector(await fetchBytes(`/models/speech/${file}`), openInBrowser, file),
);

/** @throws {SerError} `model` likewise */
export const speechDetectorOfPage = (): Promise<SpeechDetector> => speechModel('speech.onnx');

/** @throws {SerError} `model` likewise */
export const genderModelOfPage = (): Promise<DeviceGenderModel> => genderModel('gender.onnx');

async function fetchEmotionModel(name: EmotionModelName): Promise<DeviceEmotionModel> {
  const folder = `/models/${name}`;
  const [bundleBytes, json, weights] = await Promise.all(
    ['bundle.json', 'model.json', 'weights.bin'].map((file) => fetchBytes(`${folder}/${file}`)),
  );
  const bundle = parseBundle(textOf(bundleBytes), `${folder}/bundle.json`);
  const set = FEATURE_SETS.find((one) => one.name === bundle.features.set);
  checkBundle(`${folder}/bundle.json`, bundle, set);
  if (bundle.labels.join() !== EMOTIONS.join()) {
    throw new SerError('model', `${folder} knows other labels than ${EMOTIONS.join(', ')}.`);
  }
  await checkHash(weights, bundle.weightsSha256, `${folder}/weights.bin is not the file that bundle.json describes`);
  const files = {
    json: { name: `${folder}/model.json`, text: textOf(json) },
    weights: { name: `${folder}/weights.bin`, bytes: weights },
  };
  const shape = { features: bundle.features.names.length, classes: bundle.labels.length };
  const probabilitiesOf = forwardPass(readLayers(files, shape), shape.features);
  return { ...bundlePredictor(bundle, probabilitiesOf), features: bundle.features.set };
}

async function fetchGenderModel(file: string): Promise<DeviceGenderModel> {
  const bytes = await fetchBytes(`/models/gender/${file}`);
  const { metadata: entries, hash } = readOnnxFile(bytes, file);
  const metadata = checkGenderMetadata(entries, file);
  if (hash) await checkHash(hash.content, hash.sha256, `${file} is not the file that its metadata describes`);
  const network = await openEcapa(bytes, openInBrowser, { origin: file });
  return { file, network, metadata };
}

async function fetchBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(path).catch((cause: unknown) => {
    throw new SerError('model', `${path} cannot be fetched: the server does not answer.`, { cause });
  });
  if (!response.ok) throw new SerError('model', `${path} cannot be fetched: the server answers ${response.status}.`);
  return new Uint8Array(await response.arrayBuffer());
}

/** After an update of the server a browser may hold one file of the old model and one of the new. */
async function checkHash(bytes: Uint8Array<ArrayBuffer>, sha256: string, problem: string): Promise<void> {
  // Browsers give `subtle` to pages from this machine or by HTTPS only.
  const { subtle } = crypto as Partial<Crypto>;
  if (!subtle) return;
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (hex !== sha256) throw new SerError('model', `${problem}: reload the page.`);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

import { SerError } from '../../../error.ts';
import { parseBundle } from '../../../train/bundle/bundleCheck.ts';
import { openModel } from '../../../train/bundle/openModel.ts';
import { openInBrowser } from '../../../onnx/openInBrowser.ts';
import { type GenderClassifier, openGenderModel } from '../../../train/gender/ecapa/genderModel.ts';
import type { Predictor } from '../../../train/predictTable.ts';
import { memoize } from '../../../memoize.ts';
import { openSpeechEncoder, type SpeechEncoder } from '../../../data/embeddings/encoder.ts';
import { createFeatureSets, describeFeatureSet } from '../../../data/embeddings/sets.ts';
import { openSpeechDetector, type SpeechDetector } from '../../../data/speech/detector.ts';
import type { EmotionModelName } from '../../../train/families/members.ts';
import type { PublicFamily } from '../../http/routes/modelCards.ts';
import { webSha256 } from '../../../webSha256.ts';

export interface DeviceEmotionModel extends Predictor {
  /** Name of its feature set. */
  features: string;
}

export interface DeviceGenderModel extends GenderClassifier {
  file: string;
}

/** The family of models that the server had when this page first asked: all later models must be of it. @throws {SerError} `model` likewise */
export const familyOfPage = memoize(async () => {
  const text = new TextDecoder().decode(await fetchBytes('/models/family.json'));
  return JSON.parse(text) as PublicFamily;
});

/** @throws {SerError} `model` if it cannot be fetched, or its parts do not match each other or this page */
export const emotionModel = memoize(fetchEmotionModel);

const genderModel = memoize(fetchGenderModel);

const speechModel = memoize(async (file: string) =>
  openSpeechDetector(await fetchBytes(`/models/speech/${file}`), openInBrowser, file),
);

/** @throws {SerError} `model` likewise */
export const speechDetectorOfPage = (): Promise<SpeechDetector> => speechModel('speech.onnx');

const encoder = memoize(async (file: string) =>
  openSpeechEncoder(
    await fetchBytes(`/models/speech-embedding/${file}`),
    openInBrowser,
    await speechDetectorOfPage(),
    file,
  ),
);

/** The speech encoder, for models whose features come from it. @throws {SerError} `model` likewise */
export const speechEncoderOfPage = (): Promise<SpeechEncoder> => encoder('embedding.onnx');

/** All feature sets, in the page. */
export const { featureSet: featureSetOfPage } = createFeatureSets(speechEncoderOfPage);

/** @throws {SerError} `model` likewise */
export const genderModelOfPage = (): Promise<DeviceGenderModel> => genderModel('gender.onnx');

async function fetchEmotionModel(name: EmotionModelName): Promise<DeviceEmotionModel> {
  const dir = `/models/${name}`;
  const fetchFile = async (file: string) => [file, await fetchBytes(`${dir}/${file}`)] as const;
  const { bundles } = await familyOfPage();
  const head = await fetchFile('bundle.json');
  await checkHash(head[1], bundles[name], `the server now has other models than when this page was opened`);
  const { files, features } = parseBundle(new TextDecoder().decode(head[1]), `${dir}/bundle.json`);
  if (!describeFeatureSet(features.set)) {
    throw new SerError('model', `they need the features ${features.set}, which only the server computes`);
  }
  const content = new Map([head, ...(await Promise.all(Object.keys(files).map(fetchFile)))]);
  const { bundle, ...model } = openModel({ dir, content });
  for (const [file, hash] of Object.entries(files)) {
    await checkHash(content.get(file)!, hash, `${dir}/${file} is not the file that bundle.json describes`);
  }
  return { ...model, features: bundle.features.set };
}

async function fetchGenderModel(file: string): Promise<DeviceGenderModel> {
  const bytes = await fetchBytes(`/models/gender/${file}`);
  return { file, ...(await openGenderModel(bytes, openInBrowser, { origin: file })) };
}

async function fetchBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(path).catch((cause: unknown) => {
    throw new SerError('model', `${path} cannot be fetched: the server does not answer.`, { cause });
  });
  if (!response.ok) throw new SerError('model', `${path} cannot be fetched: the server answers ${response.status}.`);
  return new Uint8Array(await response.arrayBuffer());
}

/** After an update of the server a browser may have cached one file of the old model and one of the new. */
async function checkHash(bytes: Uint8Array<ArrayBuffer>, sha256: string, problem: string): Promise<void> {
  if (((await webSha256(bytes)) ?? sha256) !== sha256) throw new SerError('model', `${problem}: reload the page.`);
}

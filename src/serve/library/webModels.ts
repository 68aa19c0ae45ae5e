import { type GenderClassifier, openGenderModel } from '../../train/gender/ecapa/genderModel.ts';
import { openSpeechEncoder, type SpeechEncoder } from '../../data/embeddings/encoder.ts';
import { voiceFinder } from '../../data/embeddings/findVoice.ts';
import { type Moonshine, openMoonshine } from '../../data/embeddings/moonshine/network.ts';
import { createFeatureSets, describeFeatureSet } from '../../data/embeddings/sets.ts';
import { openSpeechDetector, type SpeechDetector } from '../../data/speech/detector.ts';
import { SerError } from '../../error.ts';
import type { FeatureSet } from '../../features/types.ts';
import { memoize } from '../../memoize.ts';
import type { OpenOnnx } from '../../onnx/session.ts';
import { parseBundle } from '../../train/bundle/bundleCheck.ts';
import { openModel } from '../../train/bundle/openModel.ts';
import type { EmotionModelName } from '../../train/families/members.ts';
import type { Predictor } from '../../train/predictTable.ts';
import { webSha256 } from '../../webSha256.ts';

export interface WebEmotionModel extends Predictor {
  /** Name of its feature set. */
  features: string;
}

export interface WebGenderModel extends GenderClassifier {
  file: string;
}

/** Models in a folder of a web server, each fetched once and only when it is needed. All may throw {SerError} `model`. */
export interface WebModels {
  /** @param sha256  that its `bundle.json` must have */
  emotionModel(name: EmotionModelName, sha256?: string): Promise<WebEmotionModel>;
  genderModel(): Promise<WebGenderModel>;
  speechDetector(): Promise<SpeechDetector>;
  /** For models whose features come from them. */
  speechEncoder(): Promise<SpeechEncoder>;
  moonshine(): Promise<Moonshine>;
  /** All feature sets. */
  featureSet(name: string): FeatureSet;
}

/**
 * @param base  address of a folder like `models/` of this package
 * @param open  ONNX Runtime
 * @param folder  address of the emotion models
 */
export function modelsAt(base: string, open: OpenOnnx, folder = base): WebModels {
  const speechDetector = memoize(async () =>
    openSpeechDetector(await fetchBytes(`${base}/speech/speech.onnx`), open, 'speech.onnx'),
  );
  const findVoice = voiceFinder(speechDetector);
  const speechEncoder = memoize(async () =>
    openSpeechEncoder(await fetchBytes(`${base}/speech-embedding/embedding.onnx`), open, findVoice, 'embedding.onnx'),
  );
  const moonshine = memoize(async () =>
    openMoonshine(await fetchBytes(`${base}/moonshine/encoder.onnx`), open, 'encoder.onnx'),
  );
  const { featureSet } = createFeatureSets({ findVoice, speechEncoder, moonshine });
  const genderModel = memoize(async () => {
    const file = 'gender.onnx';
    const bytes = await fetchBytes(`${base}/gender/${file}`);
    return { file, ...(await openGenderModel(bytes, open, { origin: file, featureSet })) };
  });
  return {
    emotionModel: memoize((name, sha256) => fetchEmotionModel(`${folder}/${name}`, sha256)),
    genderModel,
    speechDetector,
    speechEncoder,
    moonshine,
    featureSet,
  };
}

async function fetchEmotionModel(dir: string, sha256: string | undefined): Promise<WebEmotionModel> {
  const fetchFile = async (file: string) => [file, await fetchBytes(`${dir}/${file}`)] as const;
  const head = await fetchFile('bundle.json');
  if (sha256 !== undefined)
    await checkHash(head[1], sha256, `the server now has other models than when this page was opened`);
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

export async function fetchBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
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

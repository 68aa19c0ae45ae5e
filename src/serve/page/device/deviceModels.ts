import { memoize } from '../../../memoize.ts';
import { openInBrowser } from '../../../onnx/openInBrowser.ts';
import type { EmotionModelName } from '../../../train/families/members.ts';
import type { PublicFamily } from '../../http/routes/modelCards.ts';
import { fetchBytes, modelsAt, type WebEmotionModel } from '../../library/webModels.ts';

const MODELS = '/models';

/** The family of models that the server had when this page first asked: all later models must be of it. @throws {SerError} `model` */
export const familyOfPage = memoize(async () => {
  const text = new TextDecoder().decode(await fetchBytes(`${MODELS}/family.json`));
  return JSON.parse(text) as PublicFamily;
});

const models = modelsAt(MODELS, openInBrowser);

/** Opens the shipped encoders by their names. */
export const encodersOfPage = { 'speech-embedding': models.speechEncoder, moonshine: models.moonshine };

export const {
  speechDetector: speechDetectorOfPage,
  genderModel: genderModelOfPage,
  featureSet: featureSetOfPage,
} = models;

/** @throws {SerError} `model` if it cannot be fetched, or its parts do not match each other or this page */
export async function emotionModel(name: EmotionModelName): Promise<WebEmotionModel> {
  const { bundles } = await familyOfPage();
  return models.emotionModel(name, bundles[name]);
}

import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expectArgument, expectOptions, isText, isTexts } from '../../messages/arguments.ts';
import { COMBINED, GENDERS } from '../../data/clip.ts';
import { encoderFiles } from '../../data/embeddings/load.ts';
import { id2labelOf } from '../../data/labels/id2label.ts';
import { readSpeechModel, SPEECH_MODEL } from '../../data/speech/load.ts';
import { SerError } from '../../error.ts';
import type { FeatureSet } from '../../features/types.ts';
import type { SharedFiles } from '../../files/sharedFiles.ts';
import { loadBundle } from '../../train/bundle/bundle.ts';
import type { LoadedModel } from '../../train/bundle/openModel.ts';
import { genderClassifier } from '../../train/gender/ecapa/genderOnnx.ts';
import { VERSION } from '../../version.ts';
import type { ClipAnalysis, ClipJob } from './analyseClip.ts';
import { findFamily, type ModelFamily, modelsIn } from '../../train/families/families.ts';
import { type Licence, licenceOf, type LicensedSource, sourcesOf } from '../../train/families/licence.ts';
import { findGenderModel, genderModelIn } from './modelFiles.ts';
import { type AnalysedClip, type EmotionPrediction, predictEmotions } from './predictEmotion.ts';
import { modelsFor, type RoutingChoice, withRouting } from './routingChoice.ts';
import { EMOTION_MODELS, type EmotionModelName, isPooledAlone } from '../../train/families/members.ts';
import { sha256 } from '../../sha256.ts';

export interface EmotionModelsOptions {
  /**
   * A family of this package's models (`default`, `reference`, `open`), or a folder that contains `male/`, `female/`, and optionally `gender/`
   * and `pooled/`. Default: `default`.
   */
  models?: string;
  /** Names of the models to load. Default: the pair, and the pooled model if its folder exists; the pooled model where it is alone. */
  load?: readonly EmotionModelName[];
  /**
   * Path of the gender model in ONNX. Default: `gender/` of the models' folder, else of this package. With a pooled model that is alone only the former: its
   * answer is shown, and chooses nothing.
   */
  genderModel?: string;
}

/** Emotion models in memory, and the gender model that chooses between them. One object serves any number of clips. */
export interface EmotionModels {
  /** Their name, folder and licence. All answers come from these models. */
  family: ModelFamily & { licence: Licence };
  /** Names of the loaded emotion models. */
  loaded: readonly EmotionModelName[];
  /** Path of the gender model, if one is asked. */
  genderModel?: string;
  /** The emotions that they know, in the order of probability vectors. */
  labels: readonly string[];
  /** The same by their index, as in the `config.json` of Hugging Face's models. */
  id2label: Readonly<Record<number, string>>;
  /** The feature set on which they were trained. */
  featureSet: Pick<FeatureSet, 'name' | 'names'>;
  /** The feature set that the gender model takes, if it takes one. */
  genderFeatures?: string;
  /** Whether the models for a choice take features that are standardised by the statistics of a speaker's clips. */
  speakerAdapted(choice?: RoutingChoice): boolean;
  /** Model files that workers need for `analyseClip`, so that a pool can start its workers from memory. */
  files: SharedFiles;
  /** Identifies the weights and the version: stored results are valid only for the same fingerprint. */
  fingerprint(): string;
  /** The analysis that a clip needs for this choice, for `analyseClip` or a pool of it. */
  needs(choice?: RoutingChoice): Pick<ClipJob, 'featureSet' | 'genderModel'>;
  /**
   * @param analysis  with the fields that `needs` names for the same choice
   * @throws {SerError} `usage` if the choice requires a model that is not loaded, or an analysis that was not made
   */
  predict(analysis: ClipAnalysis & AnalysedClip, choice?: RoutingChoice): EmotionPrediction;
  /** The same for many clips, in a fraction of the time. */
  predictAll(analyses: readonly (ClipAnalysis & AnalysedClip)[], choice?: RoutingChoice): EmotionPrediction[];
}

/**
 * Loads emotion models, all trained on one feature set, and checks that the gender model is usable if they need it.
 * @throws {SerError} `model` if one of them is missing or damaged, or they differ in features or labels
 * @example
 * const models = await loadEmotionModels({ models: 'reference', load: ['pooled'] });
 * [models.family.name, models.loaded, models.featureSet.name] // → ['reference', ['pooled'], 'librosa186']
 */
export async function loadEmotionModels(options: EmotionModelsOptions = {}): Promise<EmotionModels> {
  checkOptions(options);
  const family = findFamily(options.models);
  const { folder } = family;
  const available = modelsIn(folder);
  const isAlone = isPooledAlone(available);
  const names = options.load ?? (isAlone ? available : [...GENDERS, ...available.filter((name) => name === 'pooled')]);
  const models = new Map<EmotionModelName, LoadedModel>();
  let features: EmotionModels['featureSet'] | undefined;
  let genderModel: string | undefined;
  let voices: readonly LicensedSource[] = [];
  let genderFeatures: string | undefined;
  const files = new Map<string, Uint8Array>([[SPEECH_MODEL, await readSpeechModel()]]);
  for (const name of names) {
    const model = loadEmotionModel(folder, name, features);
    features ??= { name: model.bundle.features.set, names: model.bundle.features.names };
    const [other] = models;
    if (other && other[1].labels.join() !== model.labels.join()) {
      throw new SerError('model', `${join(folder, name)} knows other labels than ${join(folder, other[0])}: ${model.labels.join(', ')} instead of ${other[1].labels.join(', ')}.`); // prettier-ignore
    }
    models.set(name, model);
  }
  const ownGender = options.genderModel ?? genderModelIn(join(folder, 'gender'));
  // A pair needs the gender model; an unusable file is refused here rather than once per clip.
  if (GENDERS.every((gender) => models.has(gender)) || (isAlone && ownGender)) {
    genderModel = ownGender ?? findGenderModel();
    const { bytes, metadata } = await genderClassifier(genderModel);
    files.set(genderModel, bytes);
    genderFeatures = metadata.features;
    voices = metadata.corpora ?? [{ name: basename(genderModel), licence: 'not known' }];
  }

  const featureSet = features!;
  const { labels } = models.get(names[0])!;
  for (const [path, bytes] of await encoderFiles([featureSet.name, genderFeatures ?? []].flat())) files.set(path, bytes); // prettier-ignore
  const chosen = (choice: RoutingChoice = {}): RoutingChoice => withRouting(choice, names);
  const routed = { family: family.name, emotions: models, gender: genderModel && basename(genderModel) };
  const sources = Array.from(models.values(), ({ bundle }) => sourcesOf(bundle)).flat();
  return {
    family: { ...family, licence: licenceOf([...sources, ...voices]) },
    loaded: names,
    ...(genderModel !== undefined && { genderModel }),
    labels,
    id2label: id2labelOf(labels),
    featureSet,
    ...(genderFeatures !== undefined && { genderFeatures }),
    speakerAdapted: (choice) => modelsFor(chosen(choice)).every((name) => models.get(name)?.speakerPrior),
    files,
    fingerprint: () => {
      const own = Array.from(models, ([name, { bundle }]) =>
        JSON.stringify([name, bundle.files, bundle.temperature, bundle.selective]),
      );
      return sha256([VERSION, family.name, ...own, ...files.values()]);
    },
    needs: (choice) => {
      const { gender } = chosen(choice);
      const asks = modelsFor(chosen(choice)).length > 1 || (isAlone && !gender);
      return { featureSet: featureSet.name, ...(asks && genderModel && { genderModel }) };
    },
    predict: (analysis, choice) => predictEmotions(routed, [analysis], choice)[0],
    predictAll: (analyses, choice) => predictEmotions(routed, analyses, choice),
  };
}

function checkOptions(options: EmotionModelsOptions): void {
  expectOptions(options, 'The options of loadEmotionModels', ['models', 'load', 'genderModel']);
  const { models, load, genderModel } = options;
  expectArgument(models === undefined || isText(models), 'loadEmotionModels: options.models', 'a family or a folder', models); // prettier-ignore
  const isKnown = isTexts(load) && load.length > 0 && load.every((name) => EMOTION_MODELS.includes(name));
  expectArgument(load === undefined || isKnown, 'loadEmotionModels: options.load', `a list of ${EMOTION_MODELS.join(', ')}`, load); // prettier-ignore
  expectArgument(genderModel === undefined || isText(genderModel), 'loadEmotionModels: options.genderModel', 'the path of a model in ONNX', genderModel); // prettier-ignore
}

function loadEmotionModel(
  folder: string,
  name: EmotionModelName,
  features: EmotionModels['featureSet'] | undefined,
): LoadedModel {
  const dir = join(folder, name);
  if (name === 'pooled' && !existsSync(join(dir, 'bundle.json'))) {
    throw new SerError('model', `There is no pooled model in ${dir}: train it with \`ser train pooled\`.`);
  }
  const model = loadBundle(dir, features);
  const whose = name === 'pooled' ? COMBINED : name;
  if (model.bundle.gender === whose) return model;
  throw new SerError('model', `${dir} was trained on the clips of ${model.bundle.gender} voices.`);
}

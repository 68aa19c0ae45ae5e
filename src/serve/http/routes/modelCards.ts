import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as v from 'valibot';
import { ENCODER_MODELS } from '../../../data/embeddings/load.ts';
import { SPEECH_MODEL } from '../../../data/speech/load.ts';
import { testFigures } from '../../../eval/systems/testResults.ts';
import { SAMPLE_RATE } from '../../../features/types.ts';
import { fileOfSet } from '../../../files/fileSet.ts';
import { readText } from '../../../files/files.ts';
import { parseJson } from '../../../files/json.ts';
import { MODEL_FILES } from '../../../train/bundle/bundle.ts';
import { filesOf, parseBundle } from '../../../train/bundle/bundleCheck.ts';
import { GENDER_MODEL_FILES } from '../../../train/gender/ecapa/genderMetadata.ts';
import { FAMILIES, isFamilyName } from '../../../train/families/families.ts';
import type { Licence } from '../../../train/families/licence.ts';
import type { EmotionModels } from '../../predict/emotionModels.ts';
import type { EmotionModelName } from '../../../train/families/members.ts';
import { sha256 } from '../../../sha256.ts';
import { defaultRouting, modelsFor, ROUTINGS, withRouting } from '../../predict/routingChoice.ts';

/** Location of the server's models. */
export interface ModelFiles {
  family: EmotionModels['family'];
  loaded: readonly EmotionModelName[];
  /** Paths of what they need besides: voice activity detector, encoders, gender model. */
  shared: readonly string[];
  /** The emotions that they know. */
  labels: readonly string[];
  /** Whether all emotion models take features that are standardised by the statistics of a speaker's clips. */
  speakerAdapted: boolean;
  /** Path of the gender model in ONNX, if one is asked. */
  genderModel?: string;
}

/** Models that belong together, for people: no answer comes from two families. */
export interface FamilyEntry {
  name: string;
  /** Null for a folder of the user's own. */
  what: string | null;
  licence: Licence;
}

/** `/models/family.json`: the family, and the SHA-256 of each model's `bundle.json`, so that a page takes no two from different families. */
export interface PublicFamily extends FamilyEntry {
  /** Names of the emotion models. */
  models: readonly EmotionModelName[];
  bundles: Readonly<Record<string, string>>;
  /** Whether there is a gender model. */
  gender: boolean;
  /** Size of all that a page fetches for the default routing: emotion models, gender model, speech detector and encoder. */
  bytes: number;
}

/** A model's protocol, figures and card. */
export interface ModelEntry {
  name: EmotionModelName | 'gender';
  protocol: string | null;
  metrics: Record<string, unknown>;
  card: string | null;
  cardText: string;
}

/**
 * The path of a file of a model that anybody may have, since the page computes with it on the visitor's device; undefined if
 * there is none.
 */
export function publicFile(files: ModelFiles, model: string, file: string): string | undefined {
  let path: string | undefined;
  const shipped = [SPEECH_MODEL, ...Object.values(ENCODER_MODELS)].find((one) => basename(dirname(one)) === model);
  if (shipped) {
    if ([basename(shipped), 'MODEL_CARD.md'].includes(file)) path = join(dirname(shipped), file);
  } else if (model === 'gender') {
    // Whatever its file name, so that the page uses the same model as the server.
    if (file === 'gender.onnx') path = files.genderModel;
    else if (file === 'MODEL_CARD.md') path = files.genderModel && besideGenderModel(files.genderModel, file);
  } else if ((files.loaded as readonly string[]).includes(model)) {
    const folder = join(files.family.folder, model);
    const { head, others } = MODEL_FILES;
    if (file === head || others(() => readFileSync(join(folder, head))).includes(file)) {
      path = fileOfSet(folder, MODEL_FILES, file);
    }
  }
  return path !== undefined && existsSync(path) ? path : undefined;
}

function familyEntry({ family: { name, licence } }: ModelFiles): FamilyEntry {
  return { name, what: isFamilyName(name) ? FAMILIES[name].what : null, licence };
}

export function publicFamily(files: ModelFiles): PublicFamily {
  const heads = files.loaded.map((name) => [name, readFileSync(publicFile(files, name, MODEL_FILES.head)!)] as const);
  const fetched = modelsFor(withRouting({}, files.loaded));
  const own = heads
    .filter(([name]) => fetched.includes(name))
    .flatMap(([name, head]) => [MODEL_FILES.head, ...filesOf(head.toString())].map((file) => publicFile(files, name, file)!)); // prettier-ignore
  return {
    ...familyEntry(files),
    bundles: Object.fromEntries(heads.map(([name, head]) => [name, sha256(head)])),
    models: files.loaded,
    gender: files.genderModel !== undefined,
    bytes: [...own, ...files.shared].reduce((sum, path) => sum + statSync(path).size, 0),
  };
}

/** The response of `GET /api/v1/models`. */
export function describeModels(files: ModelFiles) {
  const available = ROUTINGS.filter((routing) => modelsFor({ routing }).every((name) => files.loaded.includes(name)));
  return {
    family: familyEntry(files),
    labels: files.labels,
    sampleRate: SAMPLE_RATE,
    routings: available,
    speakerAdapted: files.speakerAdapted,
    default: { routing: defaultRouting(files.loaded) },
    models: [
      ...files.loaded.map((name) => emotionEntry(files, name)),
      ...(files.genderModel === undefined ? [] : [genderEntry(files, files.genderModel)]),
    ],
  };
}

function emotionEntry(files: ModelFiles, name: EmotionModelName): ModelEntry {
  const path = join(files.family.folder, name, 'bundle.json');
  const { protocol, validation, results } = parseBundle(readText(path, 'model'), path);
  const metrics = { validation, ...(results && { test: testFigures(results) }) };
  return { name, protocol, metrics, ...cardOf(files, name) };
}

function genderEntry(files: ModelFiles, genderModel: string): ModelEntry {
  const path = besideGenderModel(genderModel, 'metrics.json');
  const metrics = existsSync(path) ? parseJson(readText(path, 'model'), METRICS, path, 'model') : {};
  return { name: 'gender', protocol: metrics.outOfCorpus?.[0]?.protocol ?? null, metrics, ...cardOf(files, 'gender') };
}

function cardOf(files: ModelFiles, name: string): Pick<ModelEntry, 'card' | 'cardText'> {
  const path = publicFile(files, name, 'MODEL_CARD.md');
  return { card: path ? `/models/${name}/MODEL_CARD.md` : null, cardText: path ? readText(path, 'model') : '' };
}

function besideGenderModel(genderModel: string, file: string): string {
  return fileOfSet(dirname(genderModel), { ...GENDER_MODEL_FILES, head: basename(genderModel) }, file);
}

/** The part of a gender model's metrics that is reported. */
const METRICS = v.looseObject({
  outOfCorpus: v.optional(v.array(v.looseObject({ protocol: v.optional(v.string()) }))),
});

import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as v from 'valibot';
import { EMBEDDING_MODEL } from '../../../data/embeddings/load.ts';
import { SPEECH_MODEL } from '../../../data/speech/load.ts';
import { testFigures } from '../../../eval/systems/testResults.ts';
import { SAMPLE_RATE } from '../../../features/types.ts';
import { fileOfSet } from '../../../files/fileSet.ts';
import { readText } from '../../../files/files.ts';
import { parseJson } from '../../../files/json.ts';
import { MODEL_FILES } from '../../../train/bundle/bundle.ts';
import { parseBundle } from '../../../train/bundle/bundleCheck.ts';
import { GENDER_MODEL_FILES } from '../../../train/gender/ecapa/genderMetadata.ts';
import type { EmotionModelName } from '../../predict/routingChoice.ts';
import { modelsFor, ROUTING_DEFAULT, ROUTINGS } from '../../predict/routingChoice.ts';

/** Location of the server's models. */
export interface ModelFiles {
  /** Contains a folder for each emotion model. */
  folder: string;
  loaded: readonly EmotionModelName[];
  /** The emotions that they know. */
  labels: readonly string[];
  /** Whether all emotion models take features that are standardised by the statistics of a speaker's clips. */
  speakerAdapted: boolean;
  /** Path of the gender model in ONNX. */
  genderModel: string;
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
  const shipped = [SPEECH_MODEL, EMBEDDING_MODEL].find((one) => basename(dirname(one)) === model);
  if (shipped) {
    if ([basename(shipped), 'MODEL_CARD.md'].includes(file)) path = join(dirname(shipped), file);
  } else if (model === 'gender') {
    // Whatever its file name, so that the page uses the same model as the server.
    if (file === 'gender.onnx') path = files.genderModel;
    else if (file === 'MODEL_CARD.md') path = besideGenderModel(files, file);
  } else if ((files.loaded as readonly string[]).includes(model)) {
    const folder = join(files.folder, model);
    const { head, others } = MODEL_FILES;
    if (file === head || others(readFileSync(join(folder, head))).includes(file)) {
      path = fileOfSet(folder, MODEL_FILES, file);
    }
  }
  return path !== undefined && existsSync(path) ? path : undefined;
}

/** The response of `GET /api/models`. */
export function describeModels(files: ModelFiles) {
  const available = ROUTINGS.filter((routing) => modelsFor({ routing }).every((name) => files.loaded.includes(name)));
  return {
    labels: files.labels,
    sampleRate: SAMPLE_RATE,
    routings: available,
    speakerAdapted: files.speakerAdapted,
    default: { routing: ROUTING_DEFAULT },
    models: [...files.loaded.map((name) => emotionEntry(files, name)), genderEntry(files)],
  };
}

function emotionEntry(files: ModelFiles, name: EmotionModelName): ModelEntry {
  const path = join(files.folder, name, 'bundle.json');
  const { protocol, validation, results } = parseBundle(readText(path, 'model'), path);
  const metrics = { validation, ...(results && { test: testFigures(results) }) };
  return { name, protocol, metrics, ...cardOf(files, name) };
}

function genderEntry(files: ModelFiles): ModelEntry {
  const path = besideGenderModel(files, 'metrics.json');
  const metrics = existsSync(path) ? parseJson(readText(path, 'model'), METRICS, path, 'model') : {};
  return { name: 'gender', protocol: metrics.outOfFold?.[0]?.protocol ?? null, metrics, ...cardOf(files, 'gender') };
}

function cardOf(files: ModelFiles, name: string): Pick<ModelEntry, 'card' | 'cardText'> {
  const path = publicFile(files, name, 'MODEL_CARD.md');
  return { card: path ? `/models/${name}/MODEL_CARD.md` : null, cardText: path ? readText(path, 'model') : '' };
}

function besideGenderModel({ genderModel }: ModelFiles, file: string): string {
  return fileOfSet(dirname(genderModel), { ...GENDER_MODEL_FILES, head: basename(genderModel) }, file);
}

/** The part of a gender model's metrics that is reported. */
const METRICS = v.looseObject({ outOfFold: v.optional(v.array(v.looseObject({ protocol: v.optional(v.string()) }))) });

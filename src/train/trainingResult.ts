import { existsSync } from 'node:fs';
import * as v from 'valibot';
import { GENDERS } from '../data/clip.ts';
import { isTemperature, TEMPERATURE_RULE } from '../data/temperature.ts';
import { SerError } from '../error.ts';
import { checkPredictions } from '../eval/systems/predictions.ts';
import { SELECTIVE } from './bundle/selective.ts';
import { readText, writeJson } from '../files/files.ts';
import { count, finite, parseJson } from '../files/json.ts';

const PREDICTIONS = v.object({
  protocol: v.string(),
  labels: v.pipe(v.array(v.string()), v.readonly()),
  rows: v.array(
    v.object({
      id: v.string(),
      speaker: v.string(),
      gender: v.nullable(v.picklist(GENDERS)),
      label: v.string(),
      predicted: v.string(),
      probabilities: v.array(finite),
    }),
  ),
});

/** The result of a training: for single clips, the model's probabilities before division by the temperature. */
const RESULT = v.object({
  name: v.string(),
  data: v.object({ clips: count, rows: count, validationClips: count, sha256: v.string() }),
  /** The classifier's notes. */
  notes: v.optional(v.unknown()),
  temperature: v.pipe(finite, v.check(isTemperature, TEMPERATURE_RULE)),
  selective: v.optional(SELECTIVE),
  /** Of the model trained without the validation clips. */
  validation: PREDICTIONS,
  test: PREDICTIONS,
  /** `BlockHits` on the test clips of the gender that it was trained on. */
  importance: v.array(v.object({ block: v.string(), hits: v.array(finite) })),
  seconds: finite,
});
export type TrainingResult = v.InferOutput<typeof RESULT>;

/** @param fingerprint  identifies data and options */
export function writeTrainingResult(path: string, fingerprint: string, result: TrainingResult): void {
  writeJson(path, { fingerprint, ...result });
}

/** @returns undefined if there is none for these data and options, or it is damaged: then the training is repeated */
export function readTrainingResult(path: string, fingerprint: string): TrainingResult | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const schema = v.object({ fingerprint: v.literal(fingerprint), ...RESULT.entries });
    const result = parseJson(readText(path, 'model'), schema, path, 'model');
    checkPredictions(result.test, path);
    if (result.validation.rows.length > 0) checkPredictions(result.validation, path);
    return result;
  } catch (error) {
    if (error instanceof SerError) return undefined;
    throw error;
  }
}

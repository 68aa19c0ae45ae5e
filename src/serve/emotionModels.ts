import { join } from 'node:path';
import { type Emotion, EMOTIONS, type Gender, GENDERS } from '../data/clip.ts';
import { SerError } from '../error.ts';
import type { FeatureSet } from '../features/types.ts';
import { type LoadedModel, loadBundle } from '../train/bundle.ts';
import type { Engine } from '../train/engine.ts';
import { type GenderModel, genderOf, loadGenderModel, maleProbability } from '../train/genderModel.ts';

/** What the models say of one clip. */
export interface EmotionPrediction {
  gender: Gender;
  /** Where the gender comes from: `option` where the caller gave it, else the name of the gender model. */
  genderSource: string;
  /** What the gender model said; missing where the caller gave the gender. */
  maleProbability?: number;
  emotion: Emotion;
  /** Probability of that emotion. */
  confidence: number;
  probabilities: Record<Emotion, number>;
}

/** The pair of emotion models and, unless the gender is given, the model that chooses between them. */
export interface EmotionModels {
  /** What they were trained on, and what `predict` takes. */
  featureSet: Pick<FeatureSet, 'name' | 'names'>;
  /** @param vector  one unscaled feature vector */
  predict(vector: ArrayLike<number>): EmotionPrediction;
  dispose(): void;
}

/**
 * Loads `male/`, `female/` and `gender/` from a folder of models, all trained on one feature set.
 * @param gender  every clip is taken for this; the other model and the gender model are then not loaded
 * @throws {SerError} `model` if one of them is missing or damaged, or they were trained on different features
 */
export async function loadEmotionModels(folder: string, engine: Engine, gender?: Gender): Promise<EmotionModels> {
  const models = new Map<Gender, LoadedModel>();
  let features: EmotionModels['featureSet'] | undefined;
  for (const one of gender ? [gender] : GENDERS) {
    const model = await loadBundle(join(folder, one), engine, features);
    features ??= { name: model.bundle.features.set, names: model.bundle.features.names };
    if (model.labels.join() !== EMOTIONS.join()) {
      throw new SerError('model', `${join(folder, one)} knows other labels than ${EMOTIONS.join(', ')}.`);
    }
    models.set(one, model);
  }
  const featureSet = features!;
  const router = gender ? undefined : loadGenderModel(join(folder, 'gender'), featureSet.name, featureSet.names);

  return {
    featureSet,
    predict: (vector) => {
      const routed = gender ? { gender, genderSource: 'option' } : route(router!, vector);
      const values = models.get(routed.gender)!.predictProba(Float32Array.from(vector));
      const best = values.indexOf(Math.max(...values));
      const probabilities = Object.fromEntries(EMOTIONS.map((emotion, i) => [emotion, values[i]]));
      return {
        ...routed,
        emotion: EMOTIONS[best],
        confidence: values[best],
        probabilities: probabilities as Record<Emotion, number>,
      };
    },
    dispose: () => models.forEach((model) => model.dispose()),
  };
}

function route(router: GenderModel, vector: ArrayLike<number>) {
  const male = maleProbability(router, vector);
  return { gender: genderOf(male), genderSource: router.name, maleProbability: male };
}

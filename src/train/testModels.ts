import { join } from 'node:path';
import type { Gender } from '../data/clip.ts';
import type { Fold, Protocol } from '../data/protocols.ts';
import { selectRows } from '../data/table.ts';
import type { FeatureTable } from '../data/table.ts';
import { SerError } from '../error.ts';
import type { Predictions } from '../eval/predictions.ts';
import { loadBundle } from './bundle.ts';
import type { Bundle } from './bundle.ts';
import type { Engine } from './engine.ts';
import { toPredictions } from './predict.ts';

/** What models say of the test clips that they were not trained on. */
export interface TestedModels {
  /** Clips of all genders, each predicted by the model of its own gender. */
  predictions: Predictions;
  /** By gender: the folder, what it says of itself, and the clips that its model learnt from and was tested on. */
  models: { gender: Gender; dir: string; bundle: Bundle; fold: Fold }[];
}

/**
 * Predicts the test clips of a protocol with the models in `folder/male` and `folder/female`: each clip goes to the model
 * of its speaker's true gender. A model is tested on the fold that it was trained on.
 * @param genders  whose models and clips
 * @param table  clips as recorded, of the models' feature set
 * @throws {SerError} `model` for a folder that is not whole, `protocol` for a model that was trained under another one: its
 * training clips may be among these test clips
 */
export async function testModels(
  folder: string,
  genders: readonly Gender[],
  table: FeatureTable,
  protocol: Protocol,
  engine: Engine,
): Promise<TestedModels> {
  const tested: TestedModels = { predictions: { protocol: protocol.name, labels: [], rows: [] }, models: [] };
  for (const gender of genders) {
    const dir = join(folder, gender);
    const model = await loadBundle(dir, engine, { name: table.featureSet, names: table.names });
    try {
      const { bundle } = model;
      const fold = foldOf(dir, bundle, gender, table, protocol);
      const ids = new Set(fold.test.map((clip) => clip.id));
      const clips = selectRows(table, (row) => row.copy === 0 && ids.has(row.id));
      const { labels, rows } = toPredictions(model, clips, protocol.name);
      const { predictions } = tested;
      if (predictions.rows.length > 0 && predictions.labels.join() !== labels.join()) {
        throw new SerError('model', `${dir} has the labels ${labels.join(', ')}, the other model ${predictions.labels.join(', ')}.`); // prettier-ignore
      }
      tested.predictions = { ...predictions, labels, rows: [...predictions.rows, ...rows] };
      tested.models.push({ gender, dir, bundle, fold });
    } finally {
      model.dispose();
    }
  }
  return tested;
}

function foldOf(dir: string, bundle: Bundle, gender: Gender, table: FeatureTable, protocol: Protocol): Fold {
  if (bundle.gender !== gender)
    throw new SerError('model', `${dir} holds a model for ${bundle.gender} voices, not for ${gender} ones.`);
  if (bundle.protocol !== protocol.name) {
    throw new SerError(
      'protocol',
      `${dir} was trained under ${bundle.protocol}: it may have learnt from test clips of ${protocol.name}. ` +
        `Evaluate it with --protocol ${bundle.protocol}, or train one with \`ser train ${gender} --protocol ${protocol.name}\`.`,
    );
  }
  const folds = protocol.folds(table.clips.filter((clip) => clip.copy === 0 && clip.gender === gender));
  const fold = folds.find((one) => one.name === bundle.fold);
  if (!fold) throw new SerError('protocol', `${dir} was trained on the fold "${bundle.fold}", which ${protocol.name} does not have.`); // prettier-ignore
  return fold;
}

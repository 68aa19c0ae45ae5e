import { selectRows, type FeatureTable } from '../data/tables/table.ts';
import type { Gender } from '../data/clip.ts';
import type { Predictions } from '../eval/systems/predictions.ts';
import { toPredictions } from './predict.ts';
import type { OpenedModel } from './predictTestClips.ts';

/**
 * What models say of the same clips under several conditions, each clip by the model of its speaker's true gender.
 * @param tables  by condition
 * @returns likewise; clips in the order of the models, then of the table
 */
export function predictConditions(
  models: readonly Pick<OpenedModel<Gender>, 'gender' | 'model'>[],
  tables: ReadonlyMap<string, FeatureTable>,
  protocol: string,
): Map<string, Predictions> {
  const predict = (table: FeatureTable): Predictions => {
    const rows = models.flatMap(({ gender, model }) => {
      const own = selectRows(table, (row) => row.gender === gender);
      return own.clips.length === 0 ? [] : toPredictions(model, own, protocol).rows;
    });
    return { protocol, labels: models[0].model.labels, rows };
  };
  return new Map(Array.from(tables, ([condition, table]) => [condition, predict(table)]));
}

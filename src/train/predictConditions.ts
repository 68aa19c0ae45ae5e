import { selectRows, type FeatureTable } from '../data/tables/table.ts';
import type { Gender } from '../data/clip.ts';
import type { ModelPredictions } from '../eval/systems/modelPredictions.ts';
import { predictTable } from './predictTable.ts';
import type { OpenedModel } from './predictTestClips.ts';

/**
 * Predictions for the same clips under several conditions, each clip by the model of its speaker's true gender.
 * @param tables  by condition
 * @returns one entry per condition, by name; clips in the order of the models, then of the table
 */
export function predictConditions(
  models: readonly OpenedModel<Gender>[],
  tables: ReadonlyMap<string, FeatureTable>,
  protocol: string,
): ModelPredictions[] {
  const [{ model: first, fold, bundle }] = models;
  const seed = typeof bundle.seed === 'number' && models.every((one) => one.bundle.seed === bundle.seed) ? bundle.seed : null; // prettier-ignore
  return Array.from(tables, ([condition, table]) => {
    const rows = models.flatMap(({ gender, model }) => {
      const own = selectRows(table, (row) => row.gender === gender);
      return own.clips.length === 0 ? [] : predictTable(model, own, protocol).rows;
    });
    // The same temperatures under all conditions: what calibration does is not looked at.
    const tested = rows.map((row) => ({ ...row, fold: fold.name, temperature: 1 }));
    return { protocol, labels: first.labels, model: condition, seed, rows: tested, validation: [] };
  });
}

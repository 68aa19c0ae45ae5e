import { typedName } from '../../train/classifiers/options.ts';
import type { Search } from '../../train/classifiers/classifier.ts';
import { type Tuning, valuesOf } from '../../train/tune/tuning.ts';

/** The chart of a search, as files by path: figures/trials.svg and figures/trials.png. */
export async function tuningFigure(tuning: Tuning): Promise<Map<string, string | Uint8Array>> {
  // Loaded at the end: the charts' libraries are slow to load.
  const [{ drawFigures }, { tuningChart }] = await Promise.all([
    import('../../eval/reports/reportFiles.ts'),
    import('../../eval/charts/tuningChart.ts'),
  ]);
  const { protocol, model, classifier, space, folds, innerFolds, innerBy } = tuning;
  const names = Object.keys(space);
  const spec = tuningChart({
    title: `Options of ${classifier}, chosen on training clips`,
    subtitle: `${protocol}, ${model}: UAR on ${innerFolds} inner folds by ${innerBy} of each fold's training clips`,
    options: Object.fromEntries(names.map((name) => [typedName(name), space[name] as Search])),
    folds: folds.map(({ name, trials }) => ({
      name,
      trials: trials.map(({ trial, share, uar, options }) => {
        const own = Object.entries(valuesOf(tuning, options));
        return { trial, share, uar, values: Object.fromEntries(own.map(([one, value]) => [typedName(one), value])) };
      }),
    })),
  });
  return (await drawFigures([{ name: 'trials', title: 'Trials', spec }])).pictures;
}

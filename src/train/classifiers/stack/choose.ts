import { fitTemperature } from '../../bundle/temperature.ts';
import type { Samples } from '../classifier.ts';
import { combine, type Combination, LEAST, type MemberRows, regressionInput } from './combine.ts';
import { fitRegression, regressionLoss, type RegressionRows } from './regression.ts';

/** Calibrated probabilities of the members for rows whose classes are known. */
export interface KnownRows {
  rows: MemberRows;
  samples: Pick<Samples, 'y' | 'weights'>;
}

/** The temperature that fits a member's probabilities for rows with known labels best. */
export const memberTemperature = (
  rows: readonly { probabilities: readonly number[]; label: number; weight?: number }[],
): number =>
  fitTemperature(
    rows.map(({ probabilities, label, weight = 1 }) => ({
      logits: probabilities.map((p) => Math.log(Math.max(p, LEAST))),
      label,
      weight,
    })),
  );

/** The mean with the lower loss: of the probabilities, or of their logarithms. */
export function betterMean({ rows, samples }: KnownRows): Combination {
  const [probability, logarithm] = (['probability', 'logarithm'] as const).map((kind) => {
    let loss = 0;
    rows.forEach((members, row) => {
      const p = combine(members, { kind })[samples.y[row]];
      loss -= (samples.weights?.[row] ?? 1) * Math.log(Math.max(p, Number.MIN_VALUE));
    });
    return { kind, loss };
  });
  return { kind: logarithm.loss < probability.loss ? 'logarithm' : 'probability' };
}

/** Penalties of the regression, of which the validation rows choose one; with the largest it is almost the mean of logarithms. */
const PENALTIES = [0.003, 0.01, 0.03, 0.1, 0.3, 1];
/** Without validation rows. */
const USUAL_PENALTY = 0.1;

/**
 * A multinomial regression on the members' logarithms, drawn towards their mean.
 * @param learnt  for rows from which the members did not learn
 * @param validation  chooses the penalty
 */
export function chooseRegression(
  learnt: KnownRows,
  validation: KnownRows | undefined,
  classes: number,
): { combination: Combination; penalty: number } {
  const prior = meanWeights(learnt.rows[0].length, classes);
  const [rows, held] = [regressionRows(learnt), validation && regressionRows(validation)];
  const fits = (held ? PENALTIES : [USUAL_PENALTY]).map((penalty) => {
    const weights = fitRegression(rows, prior, penalty);
    return { penalty, weights, loss: held ? regressionLoss(held, weights) : 0 };
  });
  const { penalty, weights } = fits.reduce((best, one) => (one.loss < best.loss ? one : best));
  return { combination: { kind: 'regression', weights }, penalty };
}

/** Weights with which the regression is the normalised mean of the logarithms. */
function meanWeights(members: number, classes: number): number[] {
  const inputs = members * classes + 1;
  return Array.from({ length: classes * inputs }, (_, i) => {
    const [of, input] = [Math.floor(i / inputs), i % inputs];
    return input < members * classes && input % classes === of ? 1 / members : 0;
  });
}

const regressionRows = ({ rows, samples: { y, weights } }: KnownRows): RegressionRows => ({
  inputs: rows.map(regressionInput),
  y,
  weights: weights ?? new Float32Array(y.length).fill(1),
});

/** Bounds of the temperature by which logits are divided: calibration finds one near 1; values beyond these are damage. */
const BOUNDS = [1e-3, 1e3] as const;

export const TEMPERATURE_RULE = `must be a number from ${BOUNDS[0]} to ${BOUNDS[1]}`;

export function isTemperature(value: number): boolean {
  return value >= BOUNDS[0] && value <= BOUNDS[1];
}

/**
 * The probabilities of logits / temperature, from those of the logits: p^(1/T), normalised. `rescale(rescale(p, T), 1 / T)` is p again, but that
 * a probability that has become 0 stays it. The order never changes.
 * @param probabilities  of one clip
 * @param temperature  above 0: above 1 flattens, under 1 sharpens
 */
export function rescale(probabilities: ArrayLike<number>, temperature: number): number[] {
  const row = Array.from(probabilities);
  if (temperature === 1) return row;
  const top = Math.max(...row); // divided by it, one power is 1: no temperature makes all of them 0
  const powers = row.map((p) => (p / top) ** (1 / temperature));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** Probabilities of logits / temperature. */
export function softmax(logits: readonly number[], temperature: number): number[] {
  const highest = Math.max(...logits);
  const raised = logits.map((logit) => Math.exp((logit - highest) / temperature));
  const sum = raised.reduce((a, b) => a + b, 0);
  return raised.map((value) => value / sum);
}

/** Least and greatest temperature that logits are divided by: a calibration finds one near 1, and what is beyond is damage. */
const BOUNDS = [1e-3, 1e3] as const;

export const TEMPERATURE_RULE = `must be a number from ${BOUNDS[0]} to ${BOUNDS[1]}`;

export function isTemperature(value: number): boolean {
  return value >= BOUNDS[0] && value <= BOUNDS[1];
}

/** A value within ±`most`. */
export const limit = (value: number, most: number): number => Math.max(-most, Math.min(most, value));

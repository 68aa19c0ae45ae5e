// Sine and cosine in single precision as glibc computes them (sinf, cosf since 2.28): a polynomial in float64 on −π/4 … π/4, rounded
// once. They differ from the nearest float32 in one value of a hundred; a transform that is to round like pffft needs those as well.

/** sin x = x + s₁x³ + s₂x⁵ + s₃x⁷ */
const SINE = [-0.16666654943701084, 0.008332178146138854, -0.00019517298981385725];
/** cos x = 1 + c₁x² + c₂x⁴ + c₃x⁶ + c₄x⁸ */
const COSINE = [-0.49999999725108224, 0.041666623324344516, -0.001388676379437604, 2.4390450703564542e-5];

/** @param x  a float32 of no more than a few turns */
export function sinf(x: number): number {
  return quarterTurns(x, 0);
}

/** @param x  a float32 of no more than a few turns */
export function cosf(x: number): number {
  return quarterTurns(x, 1);
}

/** The sine of x and `ahead` quarter turns. */
function quarterTurns(x: number, ahead: number): number {
  const turns = Math.floor(x * (2 / Math.PI) + 0.5);
  const rest = x - turns * (Math.PI / 2);
  const quadrant = (turns + ahead) & 3;
  const value = quadrant % 2 === 0 ? sine(rest) : cosine(rest);
  return Math.fround(quadrant < 2 ? value : -value);
}

function sine(x: number): number {
  const square = x * x;
  const cube = x * square;
  return x + cube * SINE[0] + cube * square * (SINE[1] + square * SINE[2]);
}

function cosine(x: number): number {
  const square = x * x;
  const fourth = square * square;
  return 1 + square * COSINE[0] + fourth * COSINE[1] + fourth * square * (COSINE[2] + square * COSINE[3]);
}

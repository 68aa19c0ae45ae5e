import { SerError } from '../../error.ts';
import { partsOf, type Values } from '../../data/tables/values.ts';
import { sha256 } from '../../sha256.ts';
import type { Samples, Shape } from '../classifiers/classifier.ts';

/** @throws {SerError} `usage` unless vectors and labels fit the shape, and all values are finite */
export function checkSamples(
  { features, classes }: Shape,
  train: Samples<Values>,
  validation: Samples<Values> | undefined,
): void {
  const refuse = (message: string) => new SerError('usage', message);
  for (const [what, { x, y }] of Object.entries({ training: train, validation: validation ?? train })) {
    if (y.length === 0 || x.length !== y.length * features) {
      throw refuse(`${y.length} ${what} labels need ${y.length} rows of ${features} features; there are ${x.length} values`); // prettier-ignore
    }
    const wrong = y.find((label) => label >= classes);
    if (wrong !== undefined) throw refuse(`a ${what} label is ${wrong}, but there are ${classes} classes (from 0)`);
    let before = 0;
    for (const part of partsOf(x, features)) {
      const at = part.findIndex((value) => !Number.isFinite(value));
      const bad = before + at;
      if (at >= 0) throw refuse(`${what} row ${Math.floor(bad / features) + 1}, feature ${(bad % features) + 1} is ${part[at]}`); // prettier-ignore
      before += part.length;
    }
  }
}

/** Equal only for the same settings and data. */
export function fingerprintOf(settings: unknown, ...sets: (Samples<Values> | undefined)[]): string {
  const content = function* () {
    yield JSON.stringify(settings);
    for (const set of sets) {
      if (!set) continue;
      yield* partsOf(set.x, 1);
      yield* [set.y, set.frames ?? '', set.weights ?? '', set.classes ?? ''];
    }
  };
  return sha256(content());
}

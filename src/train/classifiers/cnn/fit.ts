import { fitNetwork } from '../../network/fit.ts';
import type { Layer } from '../../network/layers.ts';

/** The convolutional network of the reference system: 386,120 weights on 186 features and 8 classes. */
export const CNN: readonly Layer[] = [
  { kind: 'convolution', filters: 64, taps: 5, dropout: 0.3 }, //     186 × 1   → 182 × 64  → 91 × 64
  { kind: 'convolution', filters: 128, taps: 3, dropout: 0.3 }, //     91 × 64  →  89 × 128 → 44 × 128
  { kind: 'dense', units: 64, dropout: 0.4 }, //                    5,632      →  64
];

export const fitCnn = fitNetwork.bind(undefined, CNN);

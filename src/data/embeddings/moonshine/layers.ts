/*
 * The architecture of the encoder of Moonshine tiny (Jeffries et al., 2024, arXiv:2410.15608), a speech recogniser: three convolutions
 * over samples, then transformer layers with rotary positions. The last three of its six layers, which are more about words, are left out.
 */

import { SAMPLE_RATE } from '../../../features/types.ts';

/** The network of models/moonshine: the hash that its file carries. */
export const MOONSHINE_SHA256 = 'cc3447ba1dde676249844d39c75e72fd0c4427111eedae779be89bccb291c093';

/** Name of the network's input. */
export const MOONSHINE_INPUT = 'samples';

/** Convolutions over time: taps, samples or frames between them, channels. */
export const CONVOLUTIONS = [
  { taps: 127, step: 64, channels: 288 },
  { taps: 7, step: 3, channels: 576 },
  { taps: 3, step: 2, channels: 288 },
] as const;

/** Values of a frame. */
export const WIDTH = 288;

/** Of a layer: attention heads, values of a head, those of them that positions rotate, and values between its two last matrices. */
export const LAYER = { heads: 8, size: 36, rotated: 32, inner: 1152 } as const;

/** Layers that the network computes, whose frames it gives. */
export const LAYERS = [1, 2, 3] as const;

export type LayerName = `layer${number}`;

/** Name of a layer's output. */
export const layerName = (layer: number): LayerName => `layer${layer}`;

/** Samples between frames, and on which one frame of the convolutions depends. */
export const HOP = CONVOLUTIONS.reduce((hop, { step }) => hop * step, 1);
export const REACH = CONVOLUTIONS.toReversed().reduce((reach, { taps, step }) => (reach - 1) * step + taps, 1);

/** Samples that go through the network at once, 20 s: attention takes time with the square of the length. */
export const WINDOW = 20 * SAMPLE_RATE;

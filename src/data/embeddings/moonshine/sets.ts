import { SAMPLE_RATE, type FeatureSet } from '../../../features/types.ts';
import type { FindVoice } from '../findVoice.ts';
import { functionalNames, joinVectors, meanAndDeviation } from '../functionals.ts';
import { HOP, LAYERS, layerName, MOONSHINE_SHA256, WIDTH } from './layers.ts';
import type { Moonshine } from './network.ts';

/** Rounding of Moonshine's functionals in tables: a third of the deviation between clips of most of them, or less. */
const LAYER_STEP = 1 / 16;

/** `moonshine`, the frames of its third layer; those of the others; the functionals of all three. */
export function moonshineSets({
  findVoice,
  moonshine,
}: {
  findVoice: FindVoice;
  moonshine: () => Promise<Moonshine>;
}): FeatureSet[] {
  const valuesOf = (layer: number): string[] => Array.from({ length: WIDTH }, (_, i) => `${layerName(layer)}_${i}`);
  const encode = async (signal: Float32Array) => (await moonshine()).encode(await findVoice(signal));
  const frameSets = LAYERS.map((layer): FeatureSet => ({
    name: layer === LAYERS.at(-1) ? 'moonshine' : `moonshine-${layerName(layer)}`,
    level: 'frames',
    half: true,
    encoder: MOONSHINE_SHA256,
    names: valuesOf(layer),
    frameRate: SAMPLE_RATE / HOP,
    extract: async (signal) => (await encode(signal))[layerName(layer)].data,
  }));
  const functionals: FeatureSet = {
    name: 'moonshine-functionals',
    level: 'functionals',
    half: true,
    step: LAYER_STEP,
    encoder: MOONSHINE_SHA256,
    names: LAYERS.flatMap((layer) => functionalNames(valuesOf(layer))),
    async extract(signal) {
      const layers = await encode(signal);
      return joinVectors(LAYERS.flatMap((layer) => meanAndDeviation(layers[layerName(layer)])));
    },
  };
  return [...frameSets, functionals];
}

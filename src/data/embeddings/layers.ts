/*
 * The architecture of Google's `speech_embedding` (Lin et al., 2020, arXiv:2002.01322): twenty convolutions in five blocks, each ending
 * in a max pool, whose output is a stage, and a final convolution. There is no padding in time.
 */

/** The network of models/speech-embedding: the hash that its file carries. */
export const ENCODER_SHA256 = '24fad1ad99ca55d8c177c061797ef35474e6b294b6aa5e71232dd42ff6d278e7';

/** Name of the network's input. */
export const EMBEDDING_INPUT = 'mel';

/** The network's input during its training. The bands end at 3.8 kHz, like a telephone's; sizes are in samples, frequencies in Hz. */
export const MEL_FRAMES = { nFft: 512, window: 400, hop: 160, bands: 32, fmin: 60, fmax: 3800 } as const;

interface Convolution {
  /** Size of the kernel: frames × bands. Bands are padded with zeros. */
  kernel: readonly [frames: number, bands: number];
  outputs: number;
}

interface Block {
  convolutions: readonly Convolution[];
  /** Pool size: frames × bands. */
  pool: readonly [frames: number, bands: number];
}

/** Convolutions alternately over bands and over frames. */
const pairs = (count: number, outputs: number): Convolution[] =>
  Array.from({ length: 2 * count }, (_, i) => ({ kernel: i % 2 === 0 ? [1, 3] : [3, 1], outputs }));

export const BLOCKS: readonly Block[] = [
  { convolutions: [{ kernel: [3, 3], outputs: 24 }, ...pairs(1, 24)], pool: [2, 2] },
  { convolutions: pairs(2, 48), pool: [1, 2] },
  { convolutions: pairs(2, 72), pool: [2, 2] },
  { convolutions: pairs(2, 96), pool: [1, 2] },
  { convolutions: pairs(2, 96), pool: [2, 2] },
];

/** The last convolution, whose output is the authors' embedding. */
export const LAST: Convolution = { kernel: [3, 1], outputs: 96 };

/** Stages that the shipped network outputs. */
export type StageName = 'stage2' | 'stage3' | 'stage4' | 'stage5' | 'output';

/** An output of the network: one of its blocks, counted from 1, or the last convolution. */
export interface Stage {
  name: StageName | 'stage1';
  bands: number;
  channels: number;
  /** Mel frames between frames of the stage. */
  hop: number;
  /** Mel frames on which one frame of the stage depends. */
  reach: number;
}

/** All stages in order. */
export const STAGES: readonly Stage[] = describeStages();

function describeStages(): Stage[] {
  let [bands, hop, reach]: number[] = [MEL_FRAMES.bands, 1, 1];
  const stages = BLOCKS.map(({ convolutions, pool }, i): Stage => {
    for (const { kernel } of convolutions) reach += (kernel[0] - 1) * hop;
    reach += (pool[0] - 1) * hop;
    hop *= pool[0];
    bands /= pool[1];
    return { name: `stage${i + 1}` as StageName, bands, channels: convolutions[0].outputs, hop, reach };
  });
  reach += (LAST.kernel[0] - 1) * hop;
  return [...stages, { name: 'output', bands, channels: LAST.outputs, hop, reach }];
}

/** Stages that the shipped network outputs: all but the first, which is the largest and of little use. */
export const GIVEN_STAGES = STAGES.filter((stage): stage is Stage & { name: StageName } => stage.name !== 'stage1');

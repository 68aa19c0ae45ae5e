/*
 * The shape of Google's `speech_embedding` (Lin et al., 2020, arXiv:2002.01322): twenty convolutions in five blocks, each block ended by
 * a max pool, whose output is a stage, and one convolution more. None looks beyond the ends of the recording.
 */

/** The network's input, as its weights were trained on it. The bands end at 3.8 kHz, where a telephone's do; sizes are in samples, frequencies in Hz. */
export const MEL_FRAMES = { nFft: 512, window: 400, hop: 160, bands: 32, fmin: 60, fmax: 3800 } as const;

interface Convolution {
  /** Size of the kernel: frames × bands. Beyond the lowest and the highest band are zeros. */
  kernel: readonly [frames: number, bands: number];
  outputs: number;
}

interface Block {
  convolutions: readonly Convolution[];
  /** Frames and bands of which the largest value is kept. */
  pool: readonly [frames: number, bands: number];
}

/** Convolutions over bands and over frames in turn. */
const pairs = (count: number, outputs: number): Convolution[] =>
  Array.from({ length: 2 * count }, (_, i) => ({ kernel: i % 2 === 0 ? [1, 3] : [3, 1], outputs }));

export const BLOCKS: readonly Block[] = [
  { convolutions: [{ kernel: [3, 3], outputs: 24 }, ...pairs(1, 24)], pool: [2, 2] },
  { convolutions: pairs(2, 48), pool: [1, 2] },
  { convolutions: pairs(2, 72), pool: [2, 2] },
  { convolutions: pairs(2, 96), pool: [1, 2] },
  { convolutions: pairs(2, 96), pool: [2, 2] },
];

/** The last convolution, whose result the network's authors take. */
export const LAST: Convolution = { kernel: [3, 1], outputs: 96 };

/** The stages that the shipped network gives. */
export type StageName = 'stage2' | 'stage3' | 'stage4' | 'stage5' | 'output';

/** What the network gives of a recording: one of its blocks, counted from 1, or the result of its last convolution. */
export interface Stage {
  name: StageName | 'stage1';
  bands: number;
  channels: number;
  /** Mel frames from one frame of the stage to the next. */
  hop: number;
  /** Mel frames that one frame of the stage is made of. */
  reach: number;
}

/** Every stage, in their order. */
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

/** Those that the shipped network gives: the first is the largest, and of little use. */
export const GIVEN_STAGES = STAGES.filter((stage): stage is Stage & { name: StageName } => stage.name !== 'stage1');

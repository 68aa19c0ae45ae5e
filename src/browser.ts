/** What runs in a page or a worker: decoding, features, prediction. No build needs a module of Node for it. */

export { SerError, type SerErrorCode } from './error.ts';

export {
  loadEmotionModels,
  predict,
  type WebAudioInput,
  type WebEmotionModels,
  type WebModelsOptions,
} from './serve/library/webPredict.ts';
export type { LabelledPrediction } from './serve/library/options.ts';
export type { Samples } from './serve/library/samples.ts';
export type { RoutingChoice } from './serve/predict/routingChoice.ts';

export { type Audio, decodeAudio, type ReadOptions } from './data/audio/read.ts';
export { FEATURE_SETS, featureSet } from './features/index.ts';
export { resample } from './features/resample/resample.ts';
export { melSpectrogram, type MelOptions, powerToDb } from './features/spectral/mel.ts';
export { mfcc } from './features/spectral/mfcc.ts';
export { magnitude, type Spectrum, stft, type StftOptions } from './features/spectral/stft.ts';
export { type FeatureSet, type PureFeatureSet, SAMPLE_RATE } from './features/types.ts';

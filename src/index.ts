/**
 * The library: prediction, features and evaluation. It loads no TensorFlow, no server and no charts; training is in `gender-ser/train`, what runs in
 * browsers in `gender-ser/browser`. Everything else may change without notice.
 */

export { SerError, type SerErrorCode } from './error.ts';
export { VERSION } from './version.ts';

export { type AudioInput, predict, type PredictOptions } from './serve/library/predict.ts';
export type { LabelledPrediction } from './serve/library/options.ts';
export type { Samples } from './serve/library/samples.ts';
export { type EmotionModels, type EmotionModelsOptions, loadEmotionModels } from './serve/predict/emotionModels.ts';
export type { EmotionModelName } from './train/families/members.ts';
export { type ClipOutcome, predictClips, type PredictClipsOptions } from './serve/predict/predictClips.ts';
export type { ClipResult } from './serve/predict/clipResult.ts';
export type { EmotionPrediction } from './serve/predict/predictEmotion.ts';
export type { Routing, RoutingChoice } from './serve/predict/routingChoice.ts';

export { type Audio, decodeAudio, type ReadOptions } from './data/audio/read.ts';
export { loadAudio, streamAudio } from './data/audio/load.ts';
export { encodeWav } from './data/audio/pcm/wav.ts';
export { resample } from './features/resample/resample.ts';
export { type FeatureLevel, type FeatureSet, type Frames, SAMPLE_RATE } from './features/types.ts';
export { FEATURE_SET_NAMES, featureSet } from './data/embeddings/load.ts';
export { featureWindows, type Span, type WindowOptions } from './features/windows.ts';
export { magnitude, type Spectrum, stft, type StftOptions } from './features/spectral/stft.ts';
export { melSpectrogram, type MelOptions, powerToDb } from './features/spectral/mel.ts';
export { mfcc } from './features/spectral/mfcc.ts';

export { type Gender, GENDERS } from './data/clip.ts';
export { evaluate, type Evaluation, type PartScores } from './eval/systems/scores.ts';
export type { Prediction, Predictions } from './eval/systems/predictions.ts';
export { calibration, type CalibrationScores } from './eval/metrics/calibration.ts';
export { type Comparison, compareSystems } from './eval/systems/compare.ts';
export type { Run, System } from './eval/systems/systems.ts';
export { classificationReport, classificationReportText } from './eval/metrics/classificationReport.ts';
export { confusionMatrix } from './eval/metrics/confusion.ts';
export type { CountMetric, Metric, ProbabilityMetric } from './eval/metrics/metric.ts';
export { METRICS } from './eval/metrics/metrics.ts';

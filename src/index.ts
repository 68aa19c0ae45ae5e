/** The library: what notebooks and other programs use. Everything else may change without notice. */

export { SerError, type SerErrorCode } from './error.ts';
export { createRandom, type Random } from './random.ts';
export { VERSION } from './version.ts';

export { featureSet, FEATURE_SETS, featureWindows, SAMPLE_RATE, type FeatureSet } from './features/index.ts';
export { type Span, type WindowOptions } from './features/windows.ts';

export { encodeWav } from './data/audio/pcm/wav.ts';
export { type Audio, decodeAudio, type ReadOptions, readRecording, type Recording } from './data/audio/read.ts';
export { augment, AUGMENT_DEFAULTS, type AugmentOptions } from './data/augment.ts';
export { type Clip, type Emotion, EMOTIONS, type Gender, GENDERS } from './data/clip.ts';
export { loadAudio, loadRecording, streamAudio } from './data/audio/load.ts';
export { checkLeaks, type Fold, getProtocol, type Protocol, PROTOCOLS } from './data/protocols.ts';
export { parseRavdessName, ravdess } from './data/ravdess.ts';
export { type FeatureTable, joinTables, selectRows, TABLE_PATHS, type TableRow, tableVector } from './data/table.ts';
export { readTable, readTablePair, writeTable } from './data/tableFile.ts';
export { cutValidation } from './data/validation.ts';
export { type GenderPosterior, GENDER_POSTERIORS_PATH, readGenderPosteriors } from './data/genderPosteriors.ts';
export { manifestCorpus, type ManifestRow, readManifest } from './data/manifest.ts';

export { type Bundle, loadBundle, type LoadedModel, saveBundle } from './train/bundle.ts';
export { type Epoch } from './train/classifier.ts';
export { type Engine, loadEngine } from './train/engine.ts';
export { toPredictions } from './train/predict.ts';
export { type TestedModels, testModels } from './train/testModels.ts';
export { trainFold, type TrainOptions } from './train/trainFold.ts';
export { trainModel } from './train/trainModel.ts';

export { bootstrapBySpeaker, type Interval, pairedBootstrap } from './eval/bootstrap.ts';
export { calibration, type CalibrationScores } from './eval/calibration.ts';
export { evaluate, type Evaluation, type PartScores } from './eval/evaluate.ts';
export { mcnemar } from './eval/mcnemar.ts';
export { routedPredictions, type RoutingInput } from './eval/routing.ts';
export { type RoutingReport, routingReport } from './eval/routingReport.ts';
export { classificationReport, classificationReportText } from './eval/classificationReport.ts';
export { confusionMatrix, normaliseRows } from './eval/confusion.ts';
export { accuracy, classScores, logLoss, uar } from './eval/metrics.ts';
export { confidentMistakes, type Mistake } from './eval/mistakes.ts';
export { labelPairs, type Prediction, type Predictions } from './eval/predictions.ts';
export { type EmotionProfile, emotionProfiles, emotionProfilesChart } from './eval/emotionProfiles.ts';
export { type PrincipalComponents, principalComponents } from './eval/principalComponents.ts';

export { type ChartBundle, chartBundle } from './eval/chartBundle.ts';
export { type ChartSpec } from './eval/chartTheme.ts';
export { classScoresChart } from './eval/classScoresChart.ts';
export { clipMapChart } from './eval/clipMapChart.ts';
export { clipPicture } from './eval/clipPicture.ts';
export { confusionChart } from './eval/confusionChart.ts';
export { reliabilityChart } from './eval/reliabilityChart.ts';
export { trainingChart } from './eval/trainingChart.ts';

export {
  type EmotionModels,
  type EmotionModelsOptions,
  loadEmotionModels,
  predictSignal,
} from './serve/emotionModels.ts';
export { type EmotionPrediction } from './serve/predictEmotion.ts';
export { analyseClip, analyseSignal, type ClipAnalysis, type ClipJob, createClipPool } from './serve/analyseClip.ts';
export { type ClipOutcome, predictClips, predictEach } from './serve/predictClips.ts';
export { sortByGender, type SortOptions } from './serve/sortByGender.ts';
export { type Routing, ROUTINGS, type RoutingChoice } from './serve/routingChoice.ts';
export { type GenderClassifier, loadGenderOnnx } from './serve/genderOnnx.ts';
export { type VoiceGender } from './serve/genderVerdict.ts';

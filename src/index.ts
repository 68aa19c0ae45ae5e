/** The library, for notebooks and other programs. Everything else may change without notice. */

export { SerError, type SerErrorCode } from './error.ts';
export { createRandom, type Random } from './random.ts';
export { VERSION } from './version.ts';

export {
  featureSet,
  FEATURE_SETS,
  featureWindows,
  SAMPLE_RATE,
  type FeatureLevel,
  type FeatureSet,
} from './features/index.ts';
export { type Span, type WindowOptions } from './features/windows.ts';

export { encodeWav } from './data/audio/pcm/wav.ts';
export { type Audio, decodeAudio, type ReadOptions, readRecording, type Recording } from './data/audio/read.ts';
export { adaptTable } from './data/adapt/groups.ts';
export { fitSpeakerPrior } from './data/adapt/prior.ts';
export { type SpeakerPrior, type SpeakerStatistics, speakerStatistics, standardise } from './data/adapt/speaker.ts';
export { augment, AUGMENT_DEFAULTS, type AugmentOptions } from './data/augment/augment.ts';
export { type Clip, COMBINED, type Gender, GENDERS, type Part, PARTS } from './data/clip.ts';
export { loadAudio, loadRecording, streamAudio } from './data/audio/load.ts';
export { checkLeaks, type Fold, type Protocol } from './data/protocols/protocol.ts';
export { getProtocol, PROTOCOLS } from './data/protocols/protocols.ts';
export { type Corpus } from './data/corpora/corpus.ts';
export { CORPORA, getCorpus, TABLE_PATHS } from './data/corpora/corpora.ts';
export { type FeatureTable, joinTables, selectRows, type TableRow, tableVector } from './data/tables/table.ts';
export { readTable, readTablePair, writeTable } from './data/tables/tableFile.ts';
export { speakersOf, type SpeakerSource } from './serve/predict/speakers.ts';
export { cutValidation } from './data/protocols/validation.ts';
export {
  type GenderPosterior,
  GENDER_POSTERIORS_PATH,
  readGenderPosteriors,
} from './train/gender/voices/genderPosteriors.ts';
export { manifestCorpus, type ManifestRow, readManifest } from './data/sources/manifest.ts';

export { type Bundle, loadBundle, saveBundle } from './train/bundle/bundle.ts';
export { findFamily, type ModelFamily } from './train/families/families.ts';
export { type Licence, licenceOf } from './train/families/licence.ts';
export { type LoadedModel } from './train/bundle/openModel.ts';
export { type Classifier, type Epoch } from './train/classifiers/classifier.ts';
export { CLASSIFIERS, getClassifier } from './train/classifiers/classifiers.ts';
export { type Engine, loadEngine } from './train/engine/engine.ts';
export { predictTable } from './train/predictTable.ts';
export { predictTestClips, type TestPredictions } from './train/predictTestClips.ts';
export { trainFold, type TrainOptions } from './train/trainFold.ts';
export { trainModel } from './train/trainModel.ts';

export { bootstrapBySpeaker, type Interval, pairedBootstrap } from './eval/statistics/bootstrap.ts';
export { calibration, type CalibrationScores } from './eval/metrics/calibration.ts';
export { evaluate, type Evaluation, type PartScores } from './eval/systems/scores.ts';
export { type CountMetric, type Metric, type ProbabilityMetric } from './eval/metrics/metric.ts';
export { METRICS } from './eval/metrics/metrics.ts';
export { mcnemar } from './eval/statistics/mcnemar.ts';
export { type ModelPredictions } from './eval/systems/modelPredictions.ts';
export { type Comparison, compareSystems } from './eval/systems/compare.ts';
export { routingErrors } from './eval/systems/routing.ts';
export { type System, systemsOf } from './eval/systems/systems.ts';
export { makeReport, type Report, type ReportData } from './eval/reports/report.ts';
export { classificationReport, classificationReportText } from './eval/metrics/classificationReport.ts';
export { confusionMatrix, normaliseRows } from './eval/metrics/confusion.ts';
export { accuracy } from './eval/metrics/accuracy.ts';
export { classScores } from './eval/metrics/classScores.ts';
export { logLoss } from './eval/metrics/logLoss.ts';
export { macroF1 } from './eval/metrics/macroF1.ts';
export { matthewsCorrelation } from './eval/metrics/mcc.ts';
export { uar } from './eval/metrics/uar.ts';
export { confidentMistakes, type Mistake } from './eval/statistics/mistakes.ts';
export { labelPairs, type Prediction, type Predictions } from './eval/systems/predictions.ts';
export { type EmotionProfile, emotionProfiles, emotionProfilesChart } from './eval/charts/clips/emotionProfiles.ts';
export { type PrincipalComponents, principalComponents } from './eval/statistics/principalComponents.ts';

export { type ChartBundle, chartBundle } from './eval/charts/chartBundle.ts';
export { type ChartSpec } from './eval/charts/chartTheme.ts';
export { classScoresChart } from './eval/charts/classScoresChart.ts';
export { clipMapChart } from './eval/charts/clips/clipMapChart.ts';
export { clipPicture } from './eval/charts/clips/clipPicture.ts';
export { confusionChart } from './eval/charts/confusionChart.ts';
export { reliabilityChart } from './eval/charts/reliabilityChart.ts';
export { trainingChart } from './eval/charts/trainingChart.ts';

export {
  type EmotionModels,
  type EmotionModelsOptions,
  loadEmotionModels,
  predictSignal,
} from './serve/predict/emotionModels.ts';
export { type EmotionPrediction } from './serve/predict/predictEmotion.ts';
export {
  analyseClip,
  analyseSignal,
  type ClipAnalysis,
  type ClipJob,
  createClipPool,
} from './serve/predict/analyseClip.ts';
export { type ClipOutcome, predictClips, predictEach } from './serve/predict/predictClips.ts';
export { sortByGender, type SortOptions } from './serve/voices/sortByGender.ts';
export { type Routing, ROUTINGS, type RoutingChoice } from './serve/predict/routingChoice.ts';
export { loadGenderOnnx } from './train/gender/ecapa/genderOnnx.ts';
export { type GenderClassifier, type VoiceGender } from './train/gender/ecapa/genderModel.ts';

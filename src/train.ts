/** Training: tables of features of labelled recordings, protocols, classifiers, and models in their folders. TensorFlow is loaded by the first training that needs it. */

export { type DataOptions, type DataTables, dataTables } from './data/sources/dataTables.ts';
export type { Clip, Gender, Part } from './data/clip.ts';
export type { Corpus } from './data/corpora/corpus.ts';
export { CORPORA, getCorpus } from './data/corpora/corpora.ts';
export type { Fold, Protocol } from './data/protocols/protocol.ts';
export { getProtocol, PROTOCOLS } from './data/protocols/protocols.ts';
export type { TableRows } from './data/tables/tableRows.ts';
export type { Values } from './data/tables/values.ts';
export { type FeatureTable, selectRows, type TableRow } from './data/tables/table.ts';
export { openTable, readTable, writeTable } from './data/tables/tableFile.ts';

export type { Classifier, Epoch } from './train/classifiers/classifier.ts';
export { CLASSIFIERS } from './train/classifiers/classifiers.ts';
export { type ModelTask, trainModel } from './train/trainModel.ts';
export type { TrainOptions } from './train/trainFold.ts';
export { type Bundle, loadBundle } from './train/bundle/bundle.ts';
export type { LoadedModel } from './train/bundle/openModel.ts';
export { predictTestClips, type TestPredictions } from './train/predictTestClips.ts';
export { exportModel } from './train/export/exportModel.ts';

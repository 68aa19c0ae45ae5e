import { SerError } from '../../error.ts';
import { SAMPLE_RATE } from '../../features/types.ts';
import { createRandom } from '../../random.ts';
import { featureSet } from '../embeddings/load.ts';
import { AUGMENT_DEFAULTS } from '../augment/augment.ts';
import type { AugmentOptions } from '../augment/augment.ts';
import { computeVectors, type RunOptions, type VectorResult } from './computeVectors.ts';
import { labelsOf } from '../corpora/corpora.ts';
import type { CorpusClip } from '../corpora/corpus.ts';
import { FEATURES_KIND } from '../vectors/featuresKind.ts';
import { signalVectors } from '../vectors/extractVectors.ts';
import { rowFields, tableOf } from './table.ts';
import type { FeatureTable, TableRow } from './table.ts';
import { VERSION } from '../../version.ts';
import { sha256 } from '../../sha256.ts';

/** Contents of the tables. */
export interface TableOptions {
  /** Default `librosa186`. */
  featureSet: string;
  /** Augmented copies of every clip. Default 3. */
  copies: number;
  /** Seed of the augmentation. Default 1. */
  seed: number;
  /** Default: the reference system's. */
  augmentation: AugmentOptions;
  /** Files with recordings of noise for the copies (`augment`). Default: none. */
  noises: readonly string[];
}

export const TABLE_DEFAULTS: TableOptions = {
  featureSet: 'librosa186',
  copies: 3,
  seed: 1,
  augmentation: AUGMENT_DEFAULTS,
  noises: [],
};

export interface BuildOptions extends Partial<TableOptions>, RunOptions {
  /** Stored in both tables, besides the sample rate and the toolkit's version: corpus, licence. */
  provenance?: Record<string, string>;
}

export interface BuildResult {
  original: FeatureTable;
  /** Copies 1, 2, … of each clip in turn. Undefined without copies. */
  augmented?: FeatureTable;
  /** Clips that could not be analysed: they are in neither table. */
  failures: VectorResult['failures'];
  /** Clips of this run with warnings. */
  warned: VectorResult['warned'];
}

/**
 * Computes the feature tables of a corpus on all cores. The same clips and options give the same tables, whatever the number of
 * workers and however often the build was interrupted.
 * @throws {SerError} `usage` for an unknown feature set, or copies or workers out of range; `audio` if every clip failed
 * @throws the signal's reason when it is aborted
 */
export async function buildTables(clips: readonly CorpusClip[], options: BuildOptions): Promise<BuildResult> {
  const settings = tableOptions(options);
  const set = featureSet(settings.featureSet);
  const task = {
    kind: FEATURES_KIND,
    settings,
    set,
    versions: 1 + settings.copies,
    key: await settingsKey(settings),
  };
  const { vectors, ...told } = await computeVectors(clips, task, options);
  return { ...assemble(clips, vectors, settings, options.provenance), ...told };
}

function tableOptions({ featureSet, copies, seed, augmentation, noises }: Partial<TableOptions>): TableOptions {
  const options = {
    featureSet: featureSet ?? TABLE_DEFAULTS.featureSet,
    copies: copies ?? TABLE_DEFAULTS.copies,
    seed: seed ?? TABLE_DEFAULTS.seed,
    augmentation: augmentation ?? TABLE_DEFAULTS.augmentation,
    noises: noises ?? TABLE_DEFAULTS.noises,
  };
  if (!Number.isInteger(options.copies) || options.copies < 0) {
    throw new SerError(
      'usage',
      `The number of augmented copies must be an integer, 0 or more; it is ${options.copies}.`,
    );
  }
  return options;
}

/** Changes with anything that changes values: the options, and the code itself, represented by its result for a fixed signal. */
export async function settingsKey(given: Partial<TableOptions>): Promise<string> {
  const settings = tableOptions(given);
  const random = createRandom('probe');
  const signal = Float32Array.from(
    { length: SAMPLE_RATE },
    (_, i) => Math.sin(i * i * 1e-5) * 0.3 + random.normal() * 0.01,
  );
  const always = Object.entries(settings.augmentation).map(([kind, step]) => [kind, { ...step, probability: 1 }]);
  const augmentation = Object.fromEntries(always) as unknown as AugmentOptions;
  const probe = await signalVectors(signal, {
    ...settings,
    id: 'probe',
    copies: Math.min(settings.copies, 1),
    augmentation,
  });
  return sha256(JSON.stringify([settings, probe.map((vector) => Array.from(vector))]));
}

function assemble(
  clips: readonly CorpusClip[],
  vectors: ReadonlyMap<string, readonly Float32Array[]>,
  settings: TableOptions,
  provenance: Record<string, string> = {},
): Pick<BuildResult, 'original' | 'augmented'> {
  const { copies, seed, augmentation, noises } = settings;
  const ofVersions = (from: number, to: number, facts: Record<string, string>): FeatureTable => {
    const rows = clips.flatMap((clip) =>
      (vectors.get(clip.id) ?? []).slice(from, to).map((values, i) => ({ clip: tableRow(clip, from + i), values })),
    );
    const set = featureSet(settings.featureSet);
    const rate = set.frameRate && { frameRate: String(set.frameRate) };
    const encoder = set.encoder && { encoder: set.encoder };
    const how = { sampleRate: String(SAMPLE_RATE), ...rate, ...encoder, toolkit: `gender-ser ${VERSION}` };
    return tableOf(set, labelsOf(clips), rows, { ...how, ...provenance, ...facts });
  };
  const original = ofVersions(0, 1, {});
  if (copies === 0) return { original };
  const facts = {
    copies: String(copies),
    seed: String(seed),
    augmentation: JSON.stringify(augmentation),
    ...(noises.length > 0 && { noises: `${noises.length} recordings` }),
  };
  return { original, augmented: ofVersions(1, 1 + copies, facts) };
}

/** The fields of a row, without the path of the clip's file. */
function tableRow(clip: CorpusClip, copy: number): TableRow {
  const row: TableRow = { ...clip, copy };
  const fields = rowFields([row]);
  return Object.fromEntries(fields.map((field) => [field, row[field]])) as unknown as TableRow;
}

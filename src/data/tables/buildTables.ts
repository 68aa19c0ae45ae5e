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
import { rowFields, storedValues } from './table.ts';
import type { TableRow } from './table.ts';
import type { TableRows } from './tableRows.ts';
import { valuesOfRows } from './values.ts';
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
  /** Files with one speaker each, for babble in the copies. Default: none. */
  voices: readonly string[];
}

export const TABLE_DEFAULTS: TableOptions = {
  featureSet: 'librosa186',
  copies: 3,
  seed: 1,
  augmentation: AUGMENT_DEFAULTS,
  noises: [],
  voices: [],
};

export interface BuildOptions extends Partial<TableOptions>, RunOptions {
  /** Stored in both tables, besides the sample rate and the toolkit's version: corpus, licence. */
  provenance?: Record<string, string>;
}

export interface BuildResult {
  /** Read from the journal, row by row: it must stay until the tables are written, or loaded with `loadRows`. */
  original: TableRows;
  /** Copies 1, 2, … of each clip in turn. Undefined without copies. */
  augmented?: TableRows;
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

function tableOptions({ featureSet, copies, seed, augmentation, noises, voices }: Partial<TableOptions>): TableOptions {
  const options = {
    featureSet: featureSet ?? TABLE_DEFAULTS.featureSet,
    copies: copies ?? TABLE_DEFAULTS.copies,
    seed: seed ?? TABLE_DEFAULTS.seed,
    augmentation: augmentation ?? TABLE_DEFAULTS.augmentation,
    noises: noises ?? TABLE_DEFAULTS.noises,
    voices: voices ?? TABLE_DEFAULTS.voices,
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
  vectors: VectorResult['vectors'],
  settings: TableOptions,
  provenance: Record<string, string> = {},
): Pick<BuildResult, 'original' | 'augmented'> {
  const { copies, seed, augmentation, noises, voices } = settings;
  const set = featureSet(settings.featureSet);
  const done = clips.filter(({ id }) => vectors.has(id));
  // Of frames their numbers have to be known before the first row is written.
  const frames = set.level === 'frames' ? done.map(({ id }) => vectors.get(id)!.map(({ length }) => length / set.names.length)) : undefined; // prettier-ignore
  const ofVersions = (from: number, to: number, facts: Record<string, string>): TableRows => {
    const versions = to - from;
    const rate = set.frameRate && { frameRate: String(set.frameRate) };
    const encoder = set.encoder && { encoder: set.encoder };
    const how = { sampleRate: String(SAMPLE_RATE), ...rate, ...encoder, toolkit: `gender-ser ${VERSION}` };
    const about = {
      featureSet: set.name,
      names: set.names,
      labels: labelsOf(clips),
      clips: done.flatMap((clip) => Array.from({ length: versions }, (_, i) => tableRow(clip, from + i))),
      ...(frames && { frames: Uint32Array.from(frames.flatMap((all) => all.slice(from, to))) }),
      provenance: { ...how, ...provenance, ...facts },
    };
    // The rows of a clip come one after the other: it is read once for all of them.
    let last: { clip: number; all: readonly Float32Array[] } | undefined;
    const row = (index: number): Float32Array => {
      const clip = Math.floor(index / versions);
      if (last?.clip !== clip) last = { clip, all: vectors.get(done[clip].id)! };
      return storedValues(set, last.all[from + (index % versions)]);
    };
    return { ...about, values: valuesOfRows(about, row) };
  };
  const original = ofVersions(0, 1, {});
  if (copies === 0) return { original };
  const facts = {
    copies: String(copies),
    seed: String(seed),
    augmentation: JSON.stringify(augmentation),
    ...(noises.length > 0 && { noises: `${noises.length} recordings` }),
    ...(voices.length > 0 && { voices: `${voices.length} recordings` }),
  };
  return { original, augmented: ofVersions(1, 1 + copies, facts) };
}

/** The fields of a row, without the path of the clip's file. */
function tableRow(clip: CorpusClip, copy: number): TableRow {
  const row: TableRow = { ...clip, copy };
  const fields = rowFields([row]);
  return Object.fromEntries(fields.map((field) => [field, row[field]])) as unknown as TableRow;
}

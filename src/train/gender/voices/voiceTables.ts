import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AugmentOptions } from '../../../data/augment/augment.ts';
import { type Clip, genderOf } from '../../../data/clip.ts';
import type { CorpusClip } from '../../../data/corpora/corpus.ts';
import { buildTables, type TableOptions } from '../../../data/tables/buildTables.ts';
import type { RunOptions } from '../../../data/tables/computeVectors.ts';
import { type FeatureTable, hashTable, tableVector } from '../../../data/tables/table.ts';
import { readTable, readTablePair, writeTablePair } from '../../../data/tables/tableFile.ts';
import { loadRows } from '../../../data/tables/tableRows.ts';
import { SerError } from '../../../error.ts';
import { logMelFrames } from '../../../features/sets/logMel.ts';
import type { FeatureValues } from '../../../features/types.ts';
import { sha256 } from '../../../sha256.ts';
import { VERSION } from '../../../version.ts';
import { HEAD } from '../head/voiceHead.ts';
import { type Voice, VOICE_CORPORA } from './voices.ts';

/** A voice and its log-mel frames × 80, including the time mean. */
export interface VoiceFrames extends Voice {
  /** 0: the clip as recorded; 1, 2, …: its altered copies. */
  copy: number;
  values: Float32Array;
}

/** A voice and the functionals that a head hears. */
export interface VoiceVector extends Voice {
  vector: FeatureValues;
}

/** The data for heads. */
export interface VoiceVectors {
  /** Of the functionals. */
  names: readonly string[];
  rows: readonly VoiceVector[];
}

/** The data for a training. */
export interface VoiceData {
  /** Equal for the same frames of the same voices. */
  key: string;
  rows: readonly VoiceFrames[];
  /** Tables of the rows: clips as recorded, then optionally their copies. */
  tables: readonly FeatureTable[];
}

/**
 * Differences between a copy of a training clip and the clip. Spectral disturbances are applied to frames during the training (`disturb`),
 * anew each time; here are those that need the waveform.
 */
export const VOICE_AUGMENTATION = {
  /** Men sing and shout as high as women speak. About ten semitones lie between men's and women's ordinary speech, so that pitch alone no longer separates them. */
  voicePitch: { probability: 0.75, low: -9, high: 9 },
  /** Changes pitch and formants by far less than the difference between men and women. */
  speed: { probability: 1, low: 0.92, high: 1.08 },
  clipping: { probability: 0.2, low: 3, high: 15 },
  companding: { probability: 0.2, low: 8, high: 8 },
} as const satisfies AugmentOptions;

export interface PrepareVoicesOptions extends Omit<RunOptions, 'journal' | 'strict' | 'resume'> {
  /** Altered copies of each clip. */
  copies: number;
  /** Seed of the alterations. */
  seed: number;
}

/**
 * The log-mel tables of voices and of their altered copies, in a folder: the next call with the same clips and options reads them, and
 * an interrupted one is continued.
 * @throws {SerError} `audio` for a clip that cannot be read
 * @throws the signal's reason when it is aborted
 */
export async function prepareVoices(
  folder: string,
  clips: readonly CorpusClip[],
  { copies, seed, ...run }: PrepareVoicesOptions,
): Promise<VoiceData> {
  const settings = { featureSet: logMelFrames.name, copies, seed, augmentation: VOICE_AUGMENTATION };
  return voiceData(await prepareTables(join(folder, FRAMES), clips, settings, run));
}

/**
 * The functionals of the same clips, without copies; kept in the folder and continued likewise.
 * @throws as `prepareVoices`
 */
export async function prepareVectors(
  folder: string,
  clips: readonly CorpusClip[],
  run: Omit<PrepareVoicesOptions, 'copies' | 'seed'>,
): Promise<VoiceVectors> {
  const settings = { featureSet: HEAD.features, copies: 0 };
  const [table] = await prepareTables(join(folder, `voices-${HEAD.features}`), clips, settings, run);
  const rows = table.clips.map((clip, i) => ({ ...voiceOf(clip), vector: tableVector(table, i) }));
  return { names: table.names, rows };
}

/** Names of files begin with it. */
const FRAMES = 'voices-log-mel';

/** The tables that `prepareVoices` left in a folder. @throws {SerError} `table` if there are none, or they are damaged */
export const readVoices = async (folder: string): Promise<VoiceData> =>
  voiceData(await readTables(join(folder, FRAMES)));

/** @param stem  path of the tables without its end */
async function prepareTables(
  stem: string,
  clips: readonly CorpusClip[],
  settings: Partial<TableOptions>,
  run: Omit<PrepareVoicesOptions, 'copies' | 'seed'>,
): Promise<FeatureTable[]> {
  const about = JSON.stringify([VERSION, settings, clips.map(({ path: _, ...clip }) => clip)]);
  const madeFrom = sha256(about);
  const kept = await readTables(stem).catch(() => []);
  if (kept[0]?.provenance?.madeFrom === madeFrom) return kept;

  const provenance = { corpus: VOICE_CORPORA.join(', '), madeFrom, licence: 'Made from audio; not for distribution.' };
  const journal = `${stem}.journal.partial`;
  const { original, augmented, failures } = await buildTables(clips, { ...settings, ...run, journal, provenance });
  if (failures.length > 0) throw new SerError('audio', failures[0].reason);
  writeTablePair(tablePaths(stem), original, augmented);
  const tables = [original, augmented ?? []].flat().map(loadRows);
  rmSync(journal, { force: true });
  return tables;
}

const tablePaths = (stem: string) => [`${stem}.parquet`, `${stem}-augmented.parquet`] as const;

async function readTables(stem: string): Promise<FeatureTable[]> {
  const [path, augmentedPath] = tablePaths(stem);
  return existsSync(augmentedPath) ? readTablePair(path, augmentedPath) : [await readTable(path)];
}

/** The rows of tables of log-mel frames. @throws {SerError} `table` for tables of another set, `corpus` for a row without a gender */
export function voiceData(tables: readonly FeatureTable[]): VoiceData {
  const rows = tables.flatMap((table) => {
    if (table.featureSet !== logMelFrames.name) throw new SerError('table', `The table holds ${table.featureSet} features; ${logMelFrames.name} is needed.`); // prettier-ignore
    return table.clips.map((clip, i) => ({ ...voiceOf(clip), copy: clip.copy, values: tableVector(table, i) }));
  });
  return { key: tables.map(hashTable).join(' '), rows, tables };
}

function voiceOf(clip: Clip): Voice {
  const corpus = VOICE_CORPORA.find((name) => name === clip.corpus);
  if (!corpus) throw new SerError('corpus', `${clip.id} is of ${clip.corpus}: voices are those of ${VOICE_CORPORA.join(', ')}.`); // prettier-ignore
  return { corpus, id: clip.id, speaker: clip.speaker, gender: genderOf(clip), channel: clip.channel };
}

import { expectArgument, isObject, isText, isTexts } from '../../messages/arguments.ts';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { withLock } from '../../files/lock.ts';
import { sha256 } from '../../sha256.ts';
import { counted } from '../../words.ts';
import { AUGMENTATIONS } from '../augment/augment.ts';
import { labelsOf } from '../corpora/corpora.ts';
import type { CorpusClip, CorpusScan } from '../corpora/corpus.ts';
import { sortLabels } from '../labels/emotionWords.ts';
import { type LabelMap, mappedLabel } from '../labels/labelMap.ts';
import {
  buildTables,
  type BuildOptions,
  settingsKey,
  TABLE_DEFAULTS,
  type TableOptions,
} from '../tables/buildTables.ts';
import { type FeatureTable, hashTable, joinTables, rowFields, selectRows, storedField } from '../tables/table.ts';
import { readTable, readTablePair, tableExists, writeTablePair } from '../tables/tableFile.ts';
import { tablePaths } from '../tables/tablePaths.ts';
import { distinctClips, findSources } from './dataClips.ts';
import { scanSource, type Source, type SourceOptions, withLabels } from './source.ts';

/** Folder of the tables of people's own data: `SER_TABLES`, else `~/.cache/gender-ser/tables`. */
export const tableCache = (): string =>
  resolve(process.env.SER_TABLES ?? join(homedir(), '.cache', 'gender-ser', 'tables'));

export interface DataOptions
  extends SourceOptions, Pick<BuildOptions, 'workers' | 'strict' | 'signal' | 'onStart' | 'onClip'> {
  featureSet: string;
  /** Whether augmented copies are needed. */
  copies: boolean;
  /** Told what could not be read or used, before and after the tables are made. */
  onNotice: (notice: string) => void;
  /** Called when the tables of a source have been made. */
  onBuilt?: () => void;
  /** Told what a source contains, once it has been looked at. */
  onScan?: (source: Source, scan: CorpusScan) => void;
}

/** Paths of the tables of some data. */
export interface DataTables {
  /** Of the corpora, joined by `+`. */
  name: string;
  table: string;
  augmented?: string;
}

/**
 * The tables of labelled recordings, built where they are not there yet, in a folder of tables whose names follow from what is in them: recordings,
 * labels, features, copies. A known corpus by its name has the table in this package, if there is one with these features. The tables of several sources
 * are joined; where two of them have a clip or a speaker of the same name, these get the name of the corpus in front: they are not the same.
 * @param given  as for `findSource`
 * @throws {SerError} as `findSource`, `scanSource` and `buildTables`; `corpus` if two sources have one name
 * @example
 * const { name, table } = await dataTables(['ravdess'], { featureSet: 'librosa186', copies: false, onNotice: console.error });
 * [name, (await readTable(table)).clips.length] // → ['ravdess', 2452]
 */
export async function dataTables(given: readonly string[], options: DataOptions): Promise<DataTables> {
  expectArgument(
    isTexts(given) && given.length > 0,
    'dataTables: given',
    'a list of manifests, folders or corpora',
    given,
  );
  expectArgument(isObject(options) && isText(options.featureSet) && typeof options.onNotice === 'function', 'dataTables: options', 'an object with at least { featureSet, copies, onNotice }', options); // prettier-ignore
  const sources = findSources(given, options);
  const names = sources.map(({ corpus }) => corpus.name);
  const made: DataTables[] = [];
  for (const source of sources) made.push(await sourceTables(source, options));
  const name = names.join('+');
  const isUnmapped = !options.map?.size || sources.every(({ isWhole }) => !isWhole);
  if (made.length === 1 && isUnmapped) return { ...made[0], name };

  const pairs = await Promise.all(made.map(({ table, augmented }) => readTablePair(table, augmented)));
  const key = sha256(JSON.stringify([names, pairs.flat().map(hashTable), [...(options.map ?? [])]]));
  const paths = tablePaths(`${name}-${key.slice(0, 12)}`, options.featureSet, tableCache());
  if (!existsSync(paths.original)) {
    const mapped = pairs.map((pair) => pair.map((table) => mapTable(table, options.map)));
    const lists = distinctClips(mapped.flat().map(({ clips }) => clips));
    const all = mapped.flat().map((table, i) => ({ ...table, clips: lists[i] }));
    const isOriginal = mapped.flatMap((pair) => pair.map((_, i) => i === 0));
    const [originals, copies] = [true, false].map((which) => all.filter((_, i) => isOriginal[i] === which));
    writeTablePair(
      [paths.original, paths.augmented],
      joined(originals),
      copies.length > 0 ? joined(copies) : undefined,
    );
  }
  return { name, table: paths.original, ...(existsSync(paths.augmented) && { augmented: paths.augmented }) };
}

/** The tables of one source. */
async function sourceTables(source: Source, options: DataOptions): Promise<DataTables> {
  const { corpus, root, isWhole } = source;
  const { featureSet, copies } = options;
  const packaged = tablePaths(corpus.name, featureSet);
  if (isWhole && tableExists(packaged.original)) {
    const augmented = copies && tableExists(packaged.augmented) ? packaged.augmented : undefined;
    if (copies && !augmented) options.onNotice(`${corpus.title}: no augmented copies beside its table in this package; the folder of its audio (--data ${root}) has them made`); // prettier-ignore
    return { name: corpus.name, table: packaged.original, augmented };
  }
  const scan = await scanSource(source, options);
  options.onScan?.(source, scan);
  return cachedTables(source, scan, options);
}

async function cachedTables({ corpus, root }: Source, scan: CorpusScan, options: DataOptions): Promise<DataTables> {
  const { featureSet, copies, workers, strict, signal, onStart, onClip, onNotice } = options;
  const cache = tableCache();
  const settings = { featureSet, ...(copies ? copiesOf(featureSet) : { copies: 0 }) };
  const content = scan.clips.map((clip) => [contentOf(clip), sha256(readFileSync(clip.path))]);
  const placeOf = async (made: Partial<TableOptions>) => {
    const key = sha256(JSON.stringify([await settingsKey(made), strict ?? false, content]));
    return tablePaths(`${corpus.name}-${key.slice(0, 12)}`, featureSet, cache);
  };
  const { original: table } = await placeOf({ featureSet, copies: 0 });
  const augmented = copies ? (await placeOf(settings)).augmented : undefined;
  const tables = { name: corpus.name, table, ...(augmented && { augmented }) };
  if (existsSync(table) && (!augmented || existsSync(augmented))) {
    const known = new Set((await readTable(table)).clips.map(({ id }) => id));
    const lost = scan.clips.filter(({ id }) => !known.has(id));
    for (const { path } of lost) onNotice(`left out: ${path}: it could not be read when the table was made`);
    return tables;
  }
  const provenance = {
    corpus: corpus.name,
    ...(scan.gendersFilledIn && { gendersFilledIn: `${scan.gendersFilledIn} of ${scan.clips.length} clips, by the gender model` }), // prettier-ignore
    licence: corpus.licence,
  };
  // Kept when the tables are written: after a change of some clips or labels, only what has changed is computed again.
  const place = sha256(JSON.stringify([resolve(root), settings])).slice(0, 12);
  const journal = join(cache, 'journals', `${corpus.name}-${place}.journal`);
  const run = { workers, strict, signal, onStart, onClip };
  return withLock(journal, async () => {
    const built = await buildTables(scan.clips, { ...settings, ...run, journal, provenance });
    options.onBuilt?.();
    for (const notice of warningsOf(built.warned)) onNotice(notice);
    for (const { path, reason } of built.failures) onNotice(`left out: ${path}: ${reason}`);
    writeTablePair([table, augmented ?? ''], built.original, built.augmented);
    return tables;
  });
}

/** How copies are made: of the reference system's features as it made them, of others by disturbances (noise, rooms, telephones, speed). */
function copiesOf(featureSet: string): Pick<TableOptions, 'copies' | 'augmentation'> {
  const isReference = featureSet === TABLE_DEFAULTS.featureSet;
  return { copies: TABLE_DEFAULTS.copies, augmentation: isReference ? AUGMENTATIONS.reference : AUGMENTATIONS.disturbances }; // prettier-ignore
}

/** What of a clip is in its row. */
function contentOf(clip: CorpusClip): unknown[] {
  const row = { ...clip, copy: 0 };
  return rowFields([row]).map((field) => storedField(row, field));
}

/** A table with the labels of the map. */
function mapTable(table: FeatureTable, map?: LabelMap): FeatureTable {
  if (!map?.size) return table;
  const kept = selectRows(table, ({ emotion }) => mappedLabel(emotion, map) !== '');
  const clips = withLabels(kept.clips, map);
  return { ...kept, clips, labels: labelsOf(clips) };
}

/** The joined tables, with what is told of single ones of them. */
function joined(tables: readonly FeatureTable[]): FeatureTable {
  const table = joinTables(...tables);
  const filled = tables.flatMap(({ clips, provenance }) => (provenance?.gendersFilledIn ? `${clips[0].corpus}: ${provenance.gendersFilledIn}` : [])); // prettier-ignore
  const labels = tables.length > 1 ? sortLabels(table.labels) : table.labels;
  return { ...table, labels, provenance: { ...table.provenance, ...(filled.length > 0 && { gendersFilledIn: filled.join('; ') }) } }; // prettier-ignore
}

/** Warnings of clips, each once, with the number of the clips that have it. */
function warningsOf(warned: readonly { path: string; warnings: readonly string[] }[]): string[] {
  const all = new Set(warned.flatMap(({ warnings }) => warnings));
  return [...all].map((warning) => {
    const [first, ...others] = warned.filter(({ warnings }) => warnings.includes(warning));
    return `warning: ${first.path}${others.length > 0 ? ` and ${counted(others.length, 'other clip')}` : ''}: ${warning}`;
  });
}

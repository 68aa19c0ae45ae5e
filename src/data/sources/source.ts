import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SerError } from '../../error.ts';
import { counted } from '../../words.ts';
import { findClips, whyNoClip, whyPassedOver } from '../audio/clipFiles.ts';
import { defaultCorpusFolder, scanCorpus } from '../corpora/buildCorpus.ts';
import { CORPORA, knownCorpus } from '../corpora/corpora.ts';
import type { Corpus, CorpusClip, CorpusScan } from '../corpora/corpus.ts';
import { type LabelMap, mappedLabel } from '../labels/labelMap.ts';
import { doubtsOf, guessLabels, withListed } from './guess.ts';
import { identifyCorpus } from './identify.ts';
import { listsIn } from './lists.ts';
import { type FillGenders, manifestCorpus, ownName, scanRows } from './manifest.ts';

/** Labelled recordings: a corpus by its name, a manifest, or a folder. */
export interface Source {
  corpus: Corpus;
  /** Where its audio is: a folder, or a manifest. */
  root: string;
  /** Whether it is a known corpus as a whole, whose tables may be in this package. */
  isWhole: boolean;
}

export interface SourceOptions {
  /** Labels for words of the data. Default: the usual ones. */
  map?: LabelMap;
  /** Predicts genders that are missing. Default: they stay missing. */
  fillGenders?: FillGenders;
  /** Told in a sentence what is guessed, and what is left out. */
  onNotice?: (notice: string) => void;
}

/**
 * The recordings that a word names: a known corpus; a manifest, if it ends in `.csv`; a folder: by its `manifest.csv`, if there is one, else as a known
 * corpus, if most files have the names of one, else by what `ser data init` would guess. A folder that is called like a corpus needs a path: `./emodb`.
 * @throws {SerError} `corpus` for anything else, with the choices
 */
export function findSource(given: string, options: SourceOptions = {}): Source {
  const known = knownCorpus(given);
  if (known) return { corpus: known, root: defaultCorpusFolder(given), isWhole: true };
  if (/\.csv$/i.test(given)) return { corpus: manifestCorpus(given, options), root: given, isWhole: false };
  if (!statSync(given, { throwIfNoEntry: false })?.isDirectory()) {
    throw new SerError('corpus', `There is neither a folder nor a corpus ${given}: name a manifest (.csv), a folder of recordings, or one of ${CORPORA.map(({ name }) => name).join(', ')}.`); // prettier-ignore
  }
  const manifest = join(given, 'manifest.csv');
  if (existsSync(manifest)) return { corpus: manifestCorpus(manifest, options), root: manifest, isWhole: false };
  const { clips } = findClips([given]);
  const corpus = identifyCorpus(clips)?.corpus;
  return { corpus: corpus ?? guessedCorpus(given, clips, options), root: given, isWhole: false };
}

/** The corpus of a folder whose labels are guessed; see `guessLabels`. */
function guessedCorpus(
  folder: string,
  files: readonly string[],
  { map, fillGenders, onNotice }: SourceOptions,
): Corpus {
  const name = ownName(folder);
  const rows = listsIn(folder, join(folder, 'manifest.csv'), files)
    .reduce((rows, list) => withListed(rows, list.rows), guessLabels(files, folder).rows)
    .map((row) => ({ ...row, emotion: row.emotion && mappedLabel(row.emotion, map ?? new Map()) }));
  return {
    ...{ name, title: name, labels: [], licence: 'that of the corpus' },
    recordingOf: ({ id }) => `${name}/${id}`,
    clips: (root) => {
      onNotice?.(`speaker, gender and emotion of the clips in ${root} are guessed from their names: \`ser data init ${root}\` writes them down, to be looked at`); // prettier-ignore
      for (const doubt of doubtsOf(rows)) onNotice?.(`look at: ${doubt}`);
      return scanRows(rows, { name, folder: root, origin: root }, fillGenders);
    },
  };
}

/**
 * The clips of a source whose audio is there, with the labels of the map.
 * @throws {SerError} `corpus` if there are none
 */
export async function scanSource({ corpus, root, isWhole }: Source, options: SourceOptions = {}): Promise<CorpusScan> {
  const scan = isWhole ? await scanCorpus(corpus, root) : await corpus.clips(root);
  const isKnown = knownCorpus(corpus.name) === corpus;
  const mapped = isKnown ? withLabels(scan.clips, options.map) : scan.clips;
  const { clips, gendersFilledIn } = isKnown
    ? await withGenders(mapped, options.fillGenders)
    : { ...scan, clips: mapped };
  const problems = [...scan.problems];
  const there = clips.filter(({ path }) => {
    const why = whyNoClip(path);
    if (why && why !== 'kind' && why !== 'other') problems.push({ kind: why === 'missing' ? 'missing' : 'empty', name: path, reason: whyPassedOver({ path, why }) }); // prettier-ignore
    return !why || why === 'kind' || why === 'other';
  });
  if (there.length === 0) {
    throw new SerError('corpus', `Of ${counted(clips.length, 'clip')} in ${root} none is there: ${problems.at(-1)?.name}: ${problems.at(-1)?.reason}.`); // prettier-ignore
  }
  return { ...scan, clips: there, problems, gendersFilledIn };
}

/** Clips with other labels; those whose label is empty are left out. */
export function withLabels<T extends { emotion: string }>(clips: readonly T[], map?: LabelMap): T[] {
  if (!map || map.size === 0) return [...clips];
  return clips.flatMap((clip) => {
    const emotion = mappedLabel(clip.emotion, map);
    return emotion === '' ? [] : [{ ...clip, emotion }];
  });
}

async function withGenders(clips: CorpusClip[], fillGenders?: FillGenders) {
  const lacking = clips.filter(({ gender }) => gender === null);
  if (!fillGenders || lacking.length === 0) return { clips, gendersFilledIn: 0 };
  const genders = await fillGenders(lacking.map(({ path }) => path));
  const filled = clips.map((clip) => ({ ...clip, gender: clip.gender ?? genders.get(clip.path) ?? null }));
  return { clips: filled, gendersFilledIn: lacking.filter(({ path }) => genders.has(path)).length };
}

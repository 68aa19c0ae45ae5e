import { basename } from 'node:path';
import { COMBINED, type Part } from '../../data/clip.ts';
import { knownCorpus } from '../../data/corpora/corpora.ts';
import { clipAt } from '../../data/sources/identify.ts';
import { type FeatureTable, type TableRow, tableVector } from '../../data/tables/table.ts';
import type { TableRows } from '../../data/tables/tableRows.ts';
import type { Overlap } from '../../eval/statistics/overlap.ts';
import { sha256 } from '../../sha256.ts';
import { counted } from '../../words.ts';
import type { Bundle } from './bundle.ts';

/** What a model has learnt from, by which it is known again in other data. */
export interface Learnt {
  /** Of every recording, the beginning of the hash of its features, all in one text. */
  recordings: string;
  /** `CORPUS/SPEAKER`, as far as speakers are known. */
  speakers: readonly string[];
}

/** Characters of a hash: 48 bits, so that two of a million recordings are alike by chance once in 500 collections. */
const LENGTH = 8;

const markOf = (table: TableRows, row: number): string => sha256(tableVector(table, row), 'base64url').slice(0, LENGTH);
const speakerOf = ({ corpus, speaker }: Pick<TableRow, 'corpus' | 'speaker'>): string => `${corpus}/${speaker}`;

/** @param isLearnt  whether a row of the table, as recorded, is one that the model has learnt from */
export function learntOf(tables: readonly { table: TableRows; isLearnt: (row: TableRow) => boolean }[]): Learnt {
  const marks = new Set<string>();
  const speakers = new Set<string>();
  for (const { table, isLearnt } of tables) {
    table.clips.forEach((clip, row) => {
      if (clip.copy > 0 || !isLearnt(clip)) return;
      marks.add(markOf(table, row));
      if (clip.speaker) speakers.add(speakerOf(clip));
    });
  }
  return { recordings: [...marks].sort().join(''), speakers: [...speakers].sort() };
}

/**
 * What of a table's clips a model has learnt from, or may have, in a sentence. Recordings are known by their features, whatever their names; speakers by
 * the names that their corpus has for them, also in data of another name.
 * @param table  clips as recorded, of the model's features
 */
export function describeLearnt({ gender, data }: Pick<Bundle, 'gender' | 'data'>, table: FeatureTable): string {
  const whose = `The ${gender === COMBINED ? 'pooled' : (gender satisfies Part)} model`;
  const all = counted(table.clips.length, 'clip');
  const corpora = data.corpora.map(({ name }) => knownCorpus(name)?.title ?? name).join(', ');
  const named = table.clips.map((clip) =>
    namesOf(
      clip,
      data.corpora.map(({ name }) => name),
    ),
  );
  if (!data.learnt) {
    const may = named.filter((names) => names.length > 0).length;
    return may > 0
      ? `${whose} may have learnt from ${may} of the ${all}: they are of corpora that it has learnt from (${corpora}), and it was made before models kept from which clips.`
      : `${whose} has learnt from ${corpora}; by their names none of the ${all} are of these, but it was made before models kept from which recordings.`;
  }
  const { speakers } = data.learnt;
  const own = marksOf(data.learnt);
  const known = new Set(speakers);
  const isSame = table.clips.map((_, row) => own.has(markOf(table, row)));
  const same = isSame.filter(Boolean).length;
  const akin = named.filter((names, row) => !isSame[row] && names.some((name) => known.has(name))).length;
  const nobody = table.clips.filter(
    ({ speaker }, row) => !isSame[row] && speaker === '' && named[row].length === 0,
  ).length;
  if (same === 0 && akin === 0) {
    return `${whose} has learnt from ${corpora}: from none of the ${all}, and from no other recordings of their speakers, as far as features and names tell${nobody > 0 ? `; of ${nobody} the speaker is not known` : ''}.`;
  }
  return [
    `${whose} has learnt from ${same === table.clips.length ? `all of the ${all}` : `${same} of the ${all}`}`,
    akin > 0 ? `, and from other recordings of the speakers of ${akin} more` : '',
    ': its figures on these are not figures of unseen speakers',
    nobody > 0 ? `; of ${nobody} of the others the speaker is not known` : '',
    '.',
  ].join('');
}

/** What of a table's clips, and of their speakers, any of the models has learnt from; of models that have not kept it, what they may have. */
export function overlapWith(models: readonly Pick<Bundle, 'data'>[], table: FeatureTable): Overlap {
  const shared = table.clips.map((clip, row) => {
    const found = models.map(({ data: { corpora, learnt } }) => {
      const names = namesOf(clip, corpora.map(({ name }) => name)); // prettier-ignore
      const recording = learnt ? marksOf(learnt).has(markOf(table, row)) : names.length > 0;
      return { recording, speaker: recording || names.some((name) => !learnt || learnt.speakers.includes(name)) };
    });
    return { recording: found.some(({ recording }) => recording), speaker: found.some(({ speaker }) => speaker) };
  });
  const count = (keyOf: (clip: TableRow) => string, what: 'recording' | 'speaker') => ({
    test: new Set(table.clips.flatMap((clip) => keyOf(clip) || [])).size,
    shared: new Set(table.clips.flatMap((clip, row) => (shared[row][what] ? keyOf(clip) || [] : []))).size,
  });
  return {
    speakers: count(({ speaker }) => speaker, 'speaker'),
    sentences: { test: 0, shared: 0 },
    recordings: count(({ recording }) => recording, 'recording'),
    ...(shared.some(({ speaker }) => speaker) && models.some(({ data }) => !data.learnt) && { possible: true }),
  };
}

/** Cache: a model is compared with many clips. */
const marks = new WeakMap<Learnt, ReadonlySet<string>>();
function marksOf(learnt: Learnt): ReadonlySet<string> {
  const known = marks.get(learnt) ?? new Set(learnt.recordings.match(new RegExp(`.{${LENGTH}}`, 'gs')));
  marks.set(learnt, known);
  return known;
}

/** The names that a clip's speaker may have among those that a model has learnt from: in the corpus of its own, and in one whose names its file has. */
function namesOf(clip: TableRow, corpora: readonly string[]): string[] {
  const own = corpora.includes(clip.corpus) && clip.speaker ? [speakerOf(clip)] : [];
  const others = corpora.flatMap((name) => {
    const corpus = knownCorpus(name);
    const known = corpus && clipAt(corpus, basename(clip.id));
    return known ? [speakerOf(known)] : [];
  });
  return [...new Set([...own, ...others])];
}

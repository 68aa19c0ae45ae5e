import { CORPORA, knownCorpus } from '../data/corpora/corpora.ts';
import { FEATURE_SET_NAMES, featureSet } from '../data/embeddings/load.ts';
import { joinInputs } from '../data/tables/joinColumns.ts';
import { loadRows, type TableRows } from '../data/tables/tableRows.ts';
import { tablePaths } from '../data/tables/tablePaths.ts';
import { openTable, openTablePair, tableExists } from '../data/tables/tableFile.ts';
import { readModelFolder } from '../train/bundle/bundle.ts';
import type { FurtherClips } from '../train/rows/further.ts';
import { checkReads } from '../train/rows/long.ts';
import type { FoldTask, MemberTask } from '../train/trainFold.ts';
import { CLASSIFIERS, getClassifier } from '../train/classifiers/classifiers.ts';
import { type Member, parseMembers } from '../train/classifiers/stack/members.ts';
import { SerError } from '../error.ts';
import { counted } from '../words.ts';
import { DATA_OPTIONS, type DataArguments, tablesOfData } from './data/dataOption.ts';
import { FEATURES_OPTION } from './features/featuresOption.ts';

/** Options for the training data; see `chosenTables`. */
export const TRAINING_TABLES = {
  ...DATA_OPTIONS,
  features: {
    ...FEATURES_OPTION,
    describe: `Feature set whose tables are read (${FEATURE_SET_NAMES.join(', ')}), or several joined by +`,
  },
  table: {
    type: 'string',
    defaultDescription: 'that of --features in this package',
    describe: 'Features of the clips: a table, or the name of a corpus',
  },
  'augmented-table': {
    type: 'string',
    defaultDescription: 'that of --features in this package, if there is one',
    describe: 'Features of augmented copies of the clips, for training',
  },
  augmentation: {
    type: 'boolean',
    defaultDescription: CLASSIFIERS.map(({ name, augmentation }) => `${name}: ${augmentation}`).join(', '),
    describe: 'Train on the augmented copies too (--no-augmentation: only clips as recorded)',
  },
  also: {
    type: 'string',
    array: true,
    describe: 'Further corpora to train on, none of whose clips are tested: names of those in this package, or tables',
  },
  'also-weight': {
    type: 'number',
    array: true,
    default: [1],
    describe: 'Weight of their rows, where the others have 1: one for all tables, or one for each',
  },
  'other-gender-weight': {
    type: 'number',
    default: 0,
    describe: 'Train a model of one gender on the clips of the other too, with this weight, where its own have 1',
  },
  from: {
    type: 'string',
    describe: `Model folder from which the training starts, for a classifier that can (${CLASSIFIERS.filter(
      ({ continues }) => continues,
    )
      .map(({ name }) => name)
      .join(', ')})`,
  },
} as const;

export interface TrainingTables {
  classifier: string;
  features: string;
  /** Of a stack. */
  members?: string;
  table: string;
  'augmented-table'?: string;
  augmentation?: boolean;
  also?: string[];
  'also-weight': readonly number[];
  'other-gender-weight': number;
  from?: string;
}

/**
 * Those of the data, the given tables, or those of a corpus and the feature set in this package.
 * @returns with the name of the data, if there are some
 */
export async function chosenTables(
  args: DataArguments & {
    features: string;
    classifier: string;
    augmentation?: boolean;
    table?: string;
    'augmented-table'?: string;
  },
): Promise<Pick<TrainingTables, 'table' | 'augmented-table'> & { dataName?: string }> {
  const { data, augmentation = getClassifier(args.classifier).augmentation } = args;
  if (data) {
    if (args.table !== undefined || args['augmented-table'] !== undefined) throw new SerError('usage', 'The tables of --data are made and found by themselves: leave out --table and --augmented-table.'); // prettier-ignore
    const { name, ...tables } = await tablesOfData({ ...args, data }, featureSet(args.features).name, augmentation);
    return { ...tables, dataName: name };
  }
  if (args.map || args['fill-genders']) throw new SerError('usage', '--map and --fill-genders are for --data.');
  const corpus = knownCorpus(args.table)?.name;
  const { original, augmented } = tablePaths(corpus ?? CORPORA[0].name, featureSet(args.features).name);
  const { 'augmented-table': copies = tableExists(augmented) ? augmented : undefined } = args;
  return { table: corpus ? original : (args.table ?? original), 'augmented-table': copies };
}

/**
 * What a training is made of: clips, their augmented copies, further clips, and a model to start from.
 * @param onNotice  called if augmented copies are expected but missing
 */
export async function readTrainingTables(
  args: MemberArguments,
  onNotice: (notice: string) => void = console.error,
): Promise<Pick<FoldTask, 'table' | 'augmented' | 'also' | 'start' | 'members'>> {
  const members = parseMembersOf(args);
  if (members) return readMembers(args, members, onNotice);
  const { also: paths = [], 'also-weight': weights } = args;
  if (weights.length > 1 && weights.length !== paths.length) {
    throw new SerError('usage', `--also-weight has ${weights.length} weights for ${counted(paths.length, 'table')} of --also: give one for all, or one for each.`); // prettier-ignore
  }
  const classifier = getClassifier(args.classifier);
  const onLong: OnLong = (path) => (bytes) => checkReads(classifier, bytes, path);
  const own = await readOwnTables(args, onLong, onNotice);
  const also: FurtherClips[] = [];
  for (const [i, path] of paths.entries()) {
    const weight = weights.length === 1 ? weights[0] : weights[i];
    for (const one of await readFurther(path, own, onLong)) also.push({ table: one, weight });
  }
  return { ...own, ...(also.length > 0 && { also }), ...(args.from && { start: readModelFolder(args.from) }) };
}

/** The members of a stack that learn from tables of their own; undefined for any other classifier. */
function parseMembersOf({ classifier, members }: TrainingTables): Member[] | undefined {
  if (classifier !== 'stack' || !members) return undefined;
  const own = parseMembers(members, CLASSIFIERS);
  return own[0].of === undefined ? undefined : own;
}

type MemberArguments = TrainingTables & DataArguments;

/** The arguments with which a member would be trained alone: its tables are those of the stack's for its own features. */
async function memberArguments(args: MemberArguments, member: Member): Promise<MemberArguments> {
  const { of = '', copies = true, also = true, classifier } = member;
  const { table, ...rest } = args;
  const ending = `-${args.features}.parquet`;
  if (!args.data && !table.endsWith(ending)) {
    throw new SerError('usage', `--table ${table}: members with features of their own take tables called NAME-FEATURES.parquet, such as NAME${ending}.`); // prettier-ignore
  }
  const path = table.slice(0, -ending.length) + `-${of}`;
  const own = { ...rest, features: of, classifier: classifier.name, augmentation: copies && (args.augmentation ?? classifier.augmentation) }; // prettier-ignore
  const copied = tableExists(`${path}-augmented.parquet`) ? `${path}-augmented.parquet` : undefined;
  const tables = args.data ? await chosenTables({ ...own, 'augmented-table': undefined }) : { table: `${path}.parquet`, 'augmented-table': copied }; // prettier-ignore
  return { ...own, ...tables, members: undefined, ...(!also && { also: undefined, 'also-weight': [1] }) };
}

/** The tables of each member, and one with the inputs of all. */
async function readMembers(
  args: MemberArguments,
  members: readonly Member[],
  onNotice: (notice: string) => void,
): Promise<Pick<FoldTask, 'table' | 'members'>> {
  const known = new Map<string, ReturnType<typeof readTrainingTables>>();
  const readOnce = (own: MemberArguments): ReturnType<typeof readTrainingTables> => {
    const key = JSON.stringify([own.table, own['augmented-table'], own.augmentation, own.also]);
    if (!known.has(key)) known.set(key, readTrainingTables(own, onNotice));
    return known.get(key)!;
  };
  const tasks: MemberTask[] = [];
  for (const member of members) {
    const { table, augmented, also } = await readOnce(await memberArguments(args, member));
    tasks.push({ table, augmented, also, classifier: member.classifier, options: member.options });
  }
  const set = featureSet(args.features);
  const inputs = set.inputs ?? [];
  const tables = inputs.map(({ name }) => tasks.find(({ table }) => table.featureSet === name)?.table);
  const stranger = tasks.find(({ table }) => !inputs.some(({ name }) => name === table.featureSet));
  if (stranger || tables.includes(undefined)) {
    const own = [...new Set(tasks.map(({ table }) => table.featureSet))].join(',');
    throw new SerError('usage', `--features ${args.features} are not what the members of the stack take: give --features ${own}, those with frames last.`); // prettier-ignore
  }
  return { table: joinInputs({ name: set.name, inputs }, tables.map((table) => loadRows(table!))), members: tasks }; // prettier-ignore
}

/** The clips of a further corpus, and their augmented copies where the others have some, or the table at a path. */
async function readFurther(
  path: string,
  own: Pick<FoldTask, 'table' | 'augmented'>,
  onLong: OnLong,
): Promise<TableRows[]> {
  if (!knownCorpus(path)) return [await openTable(path, onLong(path))];
  const { original, augmented } = tablePaths(path, own.table.featureSet);
  const copies = own.augmented && tableExists(augmented) ? augmented : undefined;
  return openTablePair(original, copies, onLong(original));
}

/** Of a table that is too large for the memory: see `checkReads`. */
type OnLong = (path: string) => (bytes: number) => void;

/** The clips, and their augmented copies if they are used for training. */
async function readOwnTables(
  args: TrainingTables,
  onLong: OnLong,
  onNotice: (notice: string) => void,
): Promise<Pick<FoldTask, 'table' | 'augmented'>> {
  const { table, 'augmented-table': copies, augmentation = getClassifier(args.classifier).augmentation } = args;
  if (!augmentation) return { table: await openTable(table, onLong(table)) };
  const [original, augmented] = await openTablePair(table, copies, onLong(table));
  if (!augmented) {
    onNotice(
      `${copies ?? table} has no augmented copies of these clips: trained on the clips as they were recorded. ` +
        '`ser features build --copies 3` makes some; name their table with --augmented-table.',
    );
  }
  return { table: original, augmented };
}

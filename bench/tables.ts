import { readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CommandModule } from 'yargs';
import type { FeatureTable, TableRow } from '../src/data/tables/table.ts';
import { writeFileAtomic } from '../src/files/files.ts';
import { roundToHalf } from '../src/half.ts';
import { createRandom } from '../src/random.ts';
import { record } from './record.ts';

interface Arguments {
  before?: string;
  rounds: number;
  values: number;
}

type Format = Pick<typeof import('../src/data/tables/tableParquet.ts'), 'decodeTable'> &
  Pick<typeof import('../src/data/tables/encodeTable.ts'), 'encodeTable'>;

/** A module of the tables of a version of the toolkit. */
const importFrom = (folder: string, name: string): Promise<object> =>
  import(String(pathToFileURL(join(folder, 'src/data/tables', name)))) as Promise<object>;

const FEATURES = 416;
const FRAMES = 65;

export const tables: CommandModule<object, Arguments> = {
  command: 'tables',
  describe: 'writing and reading a table of frames, as those of `--features voice`',
  builder: (args) =>
    args
      .option('before', { type: 'string', describe: 'folder of another version, to measure in turns' })
      .option('rounds', { type: 'number', default: 3, describe: 'rounds' })
      .option('values', { type: 'number', default: 22, describe: 'million values of the table' }),
  handler: async ({ before, rounds, values }) => {
    const table = framesTable(Math.round((values * 1e6) / FEATURES / FRAMES));
    const path = join(tmpdir(), `ser-bench-${process.pid}.parquet`);
    const folders = [...(before ? [{ name: ', before', folder: resolve(before) }] : []), { name: '', folder: resolve('.') }]; // prettier-ignore
    const versions = await Promise.all(
      folders.map(async ({ name, folder }) => ({
        ...({
          ...(await importFrom(folder, 'tableParquet.ts')),
          ...(await importFrom(folder, 'encodeTable.ts').catch(() => ({}))), // earlier versions wrote tables there too
        } as Format),
        written: { what: `write${name}`, values: [] as number[] },
        read: { what: `read${name}`, values: [] as number[] },
      })),
    );
    let size = 0;
    try {
      for (let round = 0; round < rounds; round++) {
        for (const { encodeTable: encode, decodeTable: decode, written, read } of versions) {
          written.values.push(await seconds(() => writeFileAtomic(path, encode(table))));
          read.values.push(await seconds(() => decode(new Uint8Array(readFileSync(path)), path)));
          size = statSync(path).size;
        }
      }
    } finally {
      rmSync(path, { force: true });
    }
    record('tables', {
      title: 'Tables of frames',
      unit: 's of processor time',
      measurements: versions.flatMap(({ written, read }) => [written, read]),
      notes: [
        `${table.clips.length} clips of ${FRAMES} frames of ${FEATURES} floats of 16 bits, ${(table.values.length / 1e6).toFixed(0)} million values, random: ` +
          `${(size / 1e6).toFixed(0)} MB as a file, in a folder for temporary files.`,
        'Processor time of the whole process, which a busy machine changes less than the time that passes; in turns.',
      ],
    });
  },
};

function framesTable(rows: number): FeatureTable {
  const random = createRandom('tables');
  const clips = Array.from({ length: rows }, (_, i): TableRow => ({
    id: `clip-${i}`,
    copy: 0,
    corpus: 'made-up',
    emotion: 'neutral',
    speaker: String(i % 24),
    gender: 'female',
    recording: `clip-${i}`,
    sentence: null,
    channel: 'speech',
  })); // prettier-ignore
  return {
    featureSet: 'made-up',
    names: Array.from({ length: FEATURES }, (_, i) => `value${i}`),
    labels: ['neutral'],
    clips,
    values: Float32Array.from({ length: rows * FRAMES * FEATURES }, () => roundToHalf(random.between(-3, 3))),
    frames: new Uint32Array(rows).fill(FRAMES),
  };
}

async function seconds(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

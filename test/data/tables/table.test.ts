import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { checkTable, hashTable, joinTables, selectRows, tableVector } from '../../../src/data/tables/table.ts';
import type { FeatureTable, TableRow } from '../../../src/data/tables/table.ts';
import { readTable, writeTable } from '../../../src/data/tables/tableFile.ts';
import { encodeTable } from '../../../src/data/tables/encodeTable.ts';
import { decodeTable } from '../../../src/data/tables/tableParquet.ts';
import { encodeHalves, roundToHalf } from '../../../src/half.ts';
import { createRandom } from '../../../src/random.ts';

const folder = mkdtempSync(join(tmpdir(), 'ser-table-'));

function makeTable({ rows = 40, featureSet = 'two', names = ['mfcc_mean_0', 'rms_std'], copy = 0 } = {}): FeatureTable {
  const random = createRandom(rows);
  const clips = Array.from({ length: rows }, (_, i): TableRow => ({
    id: `clip-${i}`,
    copy,
    corpus: 'made-up',
    emotion: i % 3 ? 'fearful' : 'neutral',
    speaker: String(1 + (i % 24)).padStart(2, '0'),
    gender: i % 2 ? 'female' : i % 4 ? 'male' : null,
    recording: `clip-${i - (i % 2)}`,
    sentence: i % 7 ? String(1 + (i % 2)) : null,
    channel: i % 2 ? 'song' : 'speech',
  }));
  const values = Float32Array.from({ length: rows * names.length }, () => random.normal() * 100);
  const labels = ['neutral', 'calm', 'fearful'];
  return { featureSet, names, labels, clips, values, provenance: { licence: 'CC BY-NC-SA 4.0', sampleRate: '16000' } };
}

/** Three rows of 3, 1 and 2 frames; the values are 0, 1, 2, … */
function makeFrames(): FeatureTable {
  return {
    ...makeTable({ rows: 3 }),
    values: Float32Array.from({ length: 12 }, (_, i) => i),
    frames: Uint32Array.of(3, 1, 2),
  };
}

describe('a feature table in a file', () => {
  it('comes back as it was written, bit for bit', async () => {
    const table = makeTable();
    const path = join(folder, 'new', 'table.parquet');
    writeTable(path, table);
    expect(await readTable(path)).toEqual(table);
  });

  it('keeps further columns of a manifest, of the rows that have them', async () => {
    const table = makeTable({ rows: 4 });
    table.clips[1].more = { session: '2', note: 'a "loud" room', constructor: 'x' };
    const read = await decodeTable(encodeTable(table), 'further');
    expect(read).toEqual(table);
    expect(hashTable(table)).not.toBe(hashTable(makeTable({ rows: 4 })));
  });

  it('has the same bytes when written twice', () => {
    expect(encodeTable(makeTable({ rows: 3000 }))).toEqual(encodeTable(makeTable({ rows: 3000 })));
  });

  it('holds speakers and clips of any name', async () => {
    const table = makeTable({ rows: 4 });
    ['constructor', '__proto__', 'toString', 'hasOwnProperty'].forEach((name, i) => {
      Object.assign(table.clips[i], { id: name, speaker: name });
    });
    expect(await decodeTable(encodeTable(table), 'names')).toEqual(table);
  });

  it('is refused when its metadata are of another kind, or promise more than there is', async () => {
    const refused = (bytes: Uint8Array) =>
      expect(decodeTable(bytes, 'odd.parquet')).rejects.toMatchObject({ name: 'SerError', code: 'table' });
    await refused(readFileSync(new URL('../../fixtures/damaged/parquet-keyvalue.parquet', import.meta.url)));
    const footer = (...bytes: number[]) => Buffer.from([...Buffer.from('PAR1'), ...bytes, bytes.length, 0, 0, 0, ...Buffer.from('PAR1')]); // prettier-ignore
    await refused(footer(0x29, 0xfc, 0xff, 0xff, 0xff, 0x7f)); // a list of 268,435,455 columns
    await refused(footer(...new Array<number>(200).fill(0x1c))); // 200 structures, one in the other
    await refused(Buffer.from('PAR1\xff\xff\xff\xffPAR1', 'latin1'));
  });

  it('is refused when a run of equal values is longer than the table', async () => {
    const data = ['a', 'b'].flatMap((value) => new Array<string>(40).fill(value));
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'id', data }], codec: 'UNCOMPRESSED' }));
    await expect(decodeTable(bytes, 'odd.parquet')).rejects.toThrow(/no column copy/);
    const page = Buffer.from(bytes).indexOf(Uint8Array.of(1, 80, 0, 80, 1)); // 1 bit a value, 40 times 0, 40 times 1
    expect(page).toBeGreaterThan(0);
    bytes.set([1, 254, 255, 255, 127], page); // 134,217,727 times
    await expect(decodeTable(bytes, 'odd.parquet')).rejects.toThrow(/damaged.*a run of values is too long/);
  });

  it('of frames comes back bit for bit, however many groups of lines it takes, and says how many frames a row has', async () => {
    const random = createRandom(1);
    const frames = Uint32Array.from({ length: 40 }, () => 1 + random.integer(10_000));
    const total = frames.reduce((sum, count) => sum + count, 0);
    expect(total).toBeGreaterThan(2 ** 17);
    const coarse = (i: number): number => (i % 2 ? random.normal() : Math.round(random.between(-20, 20)) / 4 + 0);
    const table = { ...makeTable(), frames, values: Float32Array.from({ length: 2 * total }, (_, i) => coarse(i)) };
    table.values[0] = -0;
    const bytes = encodeTable(table);
    const back = await decodeTable(bytes, 'frames.parquet');
    expect(back.frames).toEqual(frames);
    expect(Buffer.from(back.values.buffer).equals(Buffer.from(table.values.buffer))).toBe(true);
    expect(back.clips).toEqual(table.clips);
  });

  it.each(['FLOAT', 'FLOAT16'] as const)(
    'of frames of type %s takes no more than its values, comes back bit for bit, and is refused when a byte of it is changed',
    async (type) => {
      const random = createRandom(type);
      const frames = Uint32Array.from({ length: 40 }, () => 1 + random.integer(10_000));
      const total = frames.reduce((sum, count) => sum + count, 0);
      expect(total).toBeGreaterThan(2 ** 17);
      const round = type === 'FLOAT16' ? roundToHalf : Math.fround;
      const values = Float32Array.from({ length: 3 * total }, () => round(random.normal()));
      const table = { ...makeTable({ names: ['a', 'b', 'c'] }), frames, values };
      values.set([-0, 2 ** -24, -3 * 2 ** -24]);
      const bytes = encodeTable(table);
      const size = 3 * total * (type === 'FLOAT16' ? 2 : 4);
      expect(bytes.length - size).toBeLessThan(4 * total + 10_000); // the numbers of the frames, and the clips
      const back = await decodeTable(bytes, 'frames.parquet');
      expect(back).toMatchObject({ frames, clips: table.clips, names: table.names });
      expect(Buffer.from(back.values.buffer).equals(Buffer.from(values.buffer))).toBe(true);
      const at = Buffer.from(bytes).indexOf(Buffer.from(type === 'FLOAT16' ? encodeHalves(values.slice(3, 4)).buffer : values.slice(3, 4).buffer)); // prettier-ignore
      bytes[at] ^= 1;
      await expect(decodeTable(bytes, 'frames.parquet')).rejects.toThrow(/does not match its hash/);
    },
  );

  it('of vectors of 16 bits comes back bit for bit, packed', async () => {
    const random = createRandom('vectors');
    const table = {
      ...makeTable({ rows: 3000 }),
      values: Float32Array.from({ length: 6000 }, () => roundToHalf(1 + random.uniform())),
    };
    table.values.set([-0, 2 ** -24]);
    const bytes = encodeTable(table);
    const back = await decodeTable(bytes, 'halves.parquet');
    expect(Buffer.from(back.values.buffer).equals(Buffer.from(table.values.buffer))).toBe(true);
    const lines = await parquetReadObjects({ file: Uint8Array.from(bytes).buffer });
    expect(lines.flatMap(({ mfcc_mean_0, rms_std }) => [mfcc_mean_0, rms_std])).toEqual([...table.values]);
  });

  it('of rounded frames is packed: a byte a value, and comes back bit for bit', async () => {
    const random = createRandom('rounded');
    const frames = Uint32Array.of(12_000, 10_000);
    const values = Float32Array.from({ length: 22_000 * 3 }, () => random.integer(200) / 4);
    const table = { ...makeTable({ rows: 2, names: ['a', 'b', 'c'] }), frames, values };
    const bytes = encodeTable(table);
    expect(bytes.length).toBeLessThan(22_000 * (3 + 4) + 10_000);
    expect(await decodeTable(bytes, 'rounded.parquet')).toEqual(table);
  });

  it('of frames opens in any reader, also if it has values of 16 bits', async () => {
    const halves = { ...makeFrames(), values: makeFrames().values.map((value) => value / 4) };
    const lines = await parquetReadObjects({ file: Uint8Array.from(encodeTable(halves)).buffer });
    expect(lines.flatMap(({ mfcc_mean_0, rms_std }) => [mfcc_mean_0, rms_std])).toEqual([...halves.values]);
  });

  it('of frames opens in any reader: a line a frame, numbered, with its clip', async () => {
    const lines = await parquetReadObjects({ file: Uint8Array.from(encodeTable(makeFrames())).buffer });
    expect(lines.map(({ id, frame, mfcc_mean_0, rms_std }) => [id, frame, mfcc_mean_0, rms_std])).toEqual([
      ['clip-0', 0, 0, 1],
      ['clip-0', 1, 2, 3],
      ['clip-0', 2, 4, 5],
      ['clip-1', 0, 6, 7],
      ['clip-2', 0, 8, 9],
      ['clip-2', 1, 10, 11],
    ]);
  });

  it('of frames may be empty, and is refused when frames of one clip follow upon those of another', async () => {
    const empty = { ...makeTable({ rows: 0 }), frames: new Uint32Array() };
    expect(await decodeTable(encodeTable(empty), 'empty')).toEqual(empty);
    const columnData = Object.entries({
      id: ['a', 'b'],
      emotion: ['sad', 'sad'],
      speaker: ['1', '1'],
      gender: ['', ''],
    });
    const strings = columnData.map(([name, data]) => ({ name, data, nullable: false }));
    const numbers = [
      ['copy', 'INT32', [0, 0]],
      ['frame', 'INT32', [0, 1]],
      ['x', 'FLOAT', [1, 2]],
    ] as const;
    const bytes = parquetWriteBuffer({
      columnData: [
        ...strings,
        ...numbers.map(([name, type, data]) => ({ name, type, data: [...data], nullable: false })),
      ],
      kvMetadata: [
        { key: 'featureSet', value: 'two' },
        { key: 'contentSha256', value: 'x' },
      ],
    });
    await expect(decodeTable(new Uint8Array(bytes), 'mixed.parquet')).rejects.toThrow(/row 2, column frame contains 1/);
  });

  it('may be empty', async () => {
    const table = makeTable({ rows: 0 });
    expect(await decodeTable(encodeTable(table), 'empty')).toEqual(table);
  });

  it('is refused, with the remedy, when it is missing, cut short, no Parquet, or foreign Parquet', async () => {
    const bytes = encodeTable(makeTable());
    const foreign = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'id', data: ['a'] }] }));
    const cases: [string, Uint8Array, RegExp][] = [
      ['short.parquet', bytes.slice(0, -100), /short\.parquet is damaged or not a Parquet file/],
      ['text.parquet', new TextEncoder().encode('file,mfcc\n'), /text\.parquet is damaged or not a Parquet file/],
      [
        'foreign.parquet',
        foreign,
        /foreign\.parquet is a Parquet file, but not a feature table: it has no column copy/,
      ],
    ];
    for (const [name, content, message] of cases) {
      writeFileSync(join(folder, name), content);
      await expect(readTable(join(folder, name))).rejects.toThrow(message);
      await expect(readTable(join(folder, name))).rejects.toThrow(/`ser features build`/);
    }
    await expect(readTable(join(folder, 'none.parquet'))).rejects.toThrow(
      /none\.parquet cannot be read .*`ser features build`/,
    );
  });

  it('is refused wherever a single byte of its data is changed', async () => {
    const path = join(folder, 'flipped.parquet');
    writeTable(path, makeTable());
    const good = readFileSync(path);
    // The first kilobyte holds column data: each change must be seen, as a Parquet error or by the hash.
    for (let at = 4; at < 1000; at += 37) {
      const bytes = Uint8Array.from(good);
      bytes[at] ^= 0x10;
      await expect(decodeTable(bytes, `byte ${at}`)).rejects.toMatchObject({ code: 'table' });
    }
  });
});

describe('a feature table', () => {
  it('is not written with a value that is no number, which is named', () => {
    const table = makeTable();
    table.values[7] = NaN;
    expect(() => encodeTable(table)).toThrow(/row 4 \(clip clip-3, copy 0\), column rms_std is NaN/);
  });

  it('is not written with a clip twice or values missing', () => {
    const twice = makeTable();
    twice.clips[1] = twice.clips[0];
    expect(() => encodeTable(twice)).toThrow(/clip-0, copy 0, occurs twice/);
    expect(() => encodeTable({ ...makeTable(), values: new Float32Array(3) })).toThrow(
      /need 80 values, but there are 3/,
    );
  });

  it('gives the selected rows with their own values', () => {
    const table = makeTable();
    const women = selectRows(table, (row) => row.gender === 'female');
    expect(women.clips.map((row) => row.id)).toEqual(Array.from({ length: 20 }, (_, i) => `clip-${2 * i + 1}`));
    expect(tableVector(women, 3)).toEqual(tableVector(table, 7));
  });

  it('joins others of its feature set, in their order, and refuses the rest', () => {
    const [a, b] = [makeTable(), makeTable({ rows: 5, copy: 1 })];
    const joined = joinTables(a, { ...b, provenance: { ...b.provenance, copies: '3' } });
    expect(joined.clips).toEqual([...a.clips, ...b.clips]);
    expect(tableVector(joined, 42)).toEqual(tableVector(b, 2));
    expect(joined.provenance).toEqual(a.provenance);
    expect(() => joinTables(a, makeTable({ featureSet: 'meyda' }))).toThrow(/two features, the other meyda/);
    expect(() => joinTables(a, makeTable({ names: ['mfcc_mean_0', 'rms_max'] }))).toThrow(
      /column 2: rms_std and rms_max/,
    );
    expect(() => joinTables()).toThrow(/no feature table/);
  });

  it('of frames has as many of them in a row as it says, in selections and joined tables too', () => {
    const table = makeFrames();
    expect(Array.from({ length: 3 }, (_, row) => Array.from(tableVector(table, row)))).toEqual([
      [0, 1, 2, 3, 4, 5],
      [6, 7],
      [8, 9, 10, 11],
    ]);
    const some = selectRows(table, (_, row) => row !== 1);
    expect(some.frames).toEqual(Uint32Array.of(3, 2));
    expect(Array.from(tableVector(some, 1))).toEqual([8, 9, 10, 11]);
    const joined = joinTables(
      some,
      selectRows(table, (_, row) => row === 1),
    );
    expect(joined.frames).toEqual(Uint32Array.of(3, 2, 1));
    expect(Array.from(tableVector(joined, 2))).toEqual([6, 7]);
    expect(() => joinTables(table, makeTable())).toThrow(/One table of two features has frames, the other vectors/);
  });

  it('of frames is refused with a row without any, values missing, or one that is no number, which is named', () => {
    const table = makeFrames();
    expect(() => checkTable({ ...table, frames: Uint32Array.of(3, 0, 3) })).toThrow(/at least one frame each/);
    expect(() => checkTable({ ...table, frames: Uint32Array.of(3, 3) })).toThrow(/at least one frame each/);
    expect(() => checkTable({ ...table, frames: Uint32Array.of(3, 1, 3) })).toThrow(/7 frames of 2 .* need 14 values/);
    table.values[9] = Infinity;
    expect(() => checkTable(table)).toThrow(/row 3 \(clip clip-2, copy 0\), frame 1, column rms_std is Infinity/);
  });

  it('of frames has another hash when its frames belong to other rows', () => {
    const table = makeFrames();
    expect(hashTable({ ...table, frames: Uint32Array.of(1, 3, 2) })).not.toBe(hashTable(table));
  });

  it('has a hash of its content: values, clips and names, but not how it was made', () => {
    const hash = hashTable(makeTable());
    expect(hashTable({ ...makeTable(), provenance: {} })).toBe(hash);
    const other = makeTable();
    other.values[0] += 1;
    expect(hashTable(other)).not.toBe(hash);
    expect(hashTable(makeTable({ copy: 2 }))).not.toBe(hash);
    expect(hashTable(makeTable({ names: ['rms_std', 'mfcc_mean_0'] }))).not.toBe(hash);
  });
});

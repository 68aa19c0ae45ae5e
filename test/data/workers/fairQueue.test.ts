import { describe, expect, it } from 'vitest';
import { createFairQueue } from '../../../src/data/workers/fairQueue.ts';

interface Item {
  name: string;
}

const [a, b, c, d] = [{}, {}, {}, {}];
const any = (): boolean => true;
const fill = (lines: [name: string, line: object | undefined][]) => {
  const queue = createFairQueue<Item>();
  for (const [name, line] of lines) queue.add({ name }, line);
  return queue;
};
const takeAll = (queue: ReturnType<typeof fill>, count: number) =>
  Array.from({ length: count }, () => queue.take(any)?.name ?? '-').join('');

describe('a fair queue', () => {
  it('lets lines take turns, and items of a line keep their order', () => {
    const queue = fill([...'123'].map((name) => [name, a]));
    for (const name of 'xyz') queue.add({ name }, b);
    expect(queue.size).toBe(6);
    expect(takeAll(queue, 7)).toBe('1' + '2' + 'x' + '3' + 'y' + 'z' + '-');
  });

  it('gives every second turn to a line that has had none, so that one that is new is soon served', () => {
    const queue = fill(
      [a, b, c].flatMap((line, i) => Array.from({ length: 9 }, () => ['abc'[i], line] as [string, object])),
    );
    takeAll(queue, 12);
    queue.add({ name: '!' }, d);
    expect(takeAll(queue, 2)).toContain('!');
  });

  it('goes on with the old ones, however many new ones come', () => {
    const queue = fill(Array.from({ length: 20 }, () => ['a', a]));
    let old = 0;
    for (let turn = 0; turn < 20; turn++) {
      queue.add({ name: 'new' });
      queue.add({ name: 'new' });
      if (queue.take(any)!.name === 'a') old++;
    }
    expect(old).toBeGreaterThanOrEqual(9);
  });

  it('passes over what cannot be taken now, and forgets what is removed', () => {
    const queue = createFairQueue<Item>();
    const [one, two, three] = ['1', '2', '3'].map((name) => ({ name }));
    queue.add(one, a);
    queue.add(two, a);
    queue.add(three, b);
    expect(queue.take(({ name }) => name === '2')).toBe(two);
    expect([queue.remove(three), queue.remove(three)]).toEqual([true, false]);
    expect(queue.take(({ name }) => name === '2')).toBeUndefined();
    expect(queue.clear()).toEqual([one]);
    expect(queue.size).toBe(0);
  });
});

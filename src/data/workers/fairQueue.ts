/**
 * Queues that take turns, so that a long one does not delay the others. Every second turn goes to a queue that has had none yet, if there is
 * one: small work is finished soon, however many queues there are, and large work continues, however many arrive.
 */
export interface FairQueue<Item> {
  readonly size: number;
  /** @param line  the queue to join; an item without one forms a queue by itself */
  add(item: Item, line?: object): void;
  /** Removes and returns the first item that can be taken, from the queue whose turn it is or else the next that has one. */
  take(canTake: (item: Item) => boolean): Item | undefined;
  /** Removes an item out of turn. @returns whether it was waiting */
  remove(item: Item): boolean;
  /** Removes and returns all items. */
  clear(): Item[];
}

export function createFairQueue<Item extends object>(): FairQueue<Item> {
  /** In the order of their turns. */
  const lines = new Map<object, Item[]>();
  /** Queues that have had a turn. */
  const served = new WeakSet<object>();
  let lastWasNew = false;
  const drop = (line: object, items: Item[], at: number): Item => {
    const [item] = items.splice(at, 1);
    if (items.length === 0) lines.delete(line);
    return item;
  };
  return {
    get size() {
      let size = 0;
      for (const items of lines.values()) size += items.length;
      return size;
    },
    add: (item, line = item) => {
      const items = lines.get(line);
      if (items) items.push(item);
      else lines.set(line, [item]);
    },
    take: (canTake) => {
      const isFirst = ([line]: [object, Item[]]): boolean => served.has(line) === lastWasNew;
      const all = [...lines];
      for (const [line, items] of [...all.filter(isFirst), ...all.filter((one) => !isFirst(one))]) {
        const at = items.findIndex(canTake);
        if (at < 0) continue;
        const item = drop(line, items, at);
        lastWasNew = !served.has(line);
        served.add(line);
        // Its next turn comes after that of all others.
        if (lines.delete(line)) lines.set(line, items);
        return item;
      }
      return undefined;
    },
    remove: (item) => {
      for (const [line, items] of lines) {
        const at = items.indexOf(item);
        if (at < 0) continue;
        drop(line, items, at);
        return true;
      }
      return false;
    },
    clear: () => {
      const all = [...lines.values()].flat();
      lines.clear();
      return all;
    },
  };
}

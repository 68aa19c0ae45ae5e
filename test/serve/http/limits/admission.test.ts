import { describe, expect, test } from 'vitest';
import { createAdmission, type Visit } from '../../../../src/serve/http/limits/admission.ts';

describe('admission', () => {
  test('lets as many requests work as there is room for, and another when one has left, once', () => {
    const admission = createAdmission({ requests: 2, bytes: 100 });
    const [first, second, third] = [1, 2, 3].map(() => admission.enter(10)!);
    expect([first.begin(), second.begin(), third.begin()]).toEqual([true, true, false]);
    expect(admission.load()).toEqual({ requests: 2, bytes: 30 });
    expect(admission.enter(10)).toBeUndefined();
    third.leave();
    first.leave();
    first.leave();
    expect(admission.load()).toEqual({ requests: 1, bytes: 10 });
    expect(admission.enter(10)!.begin()).toBe(true);
  });

  test('those whose uploads are slow take no place from others, but are not countless', () => {
    const admission = createAdmission({ requests: 2, bytes: 1000 });
    const slow = Array.from({ length: 17 }, () => admission.enter(1));
    expect(slow).not.toContain(undefined);
    const other = admission.enter(1)!;
    expect(other.begin()).toBe(true);
    expect(admission.enter(1)).toBeUndefined();
  });

  test('bounds the bytes of all of them together; one alone may always come in', () => {
    const admission = createAdmission({ requests: 9, bytes: 100 });
    const large = admission.enter(150)!;
    expect(admission.enter(1)).toBeUndefined();
    large.leave();
    expect(admission.enter(60)).toBeDefined();
    expect(admission.enter(60)).toBeUndefined();
    expect(admission.enter(40)).toBeDefined();
  });

  test('says when the last one has left', async () => {
    const admission = createAdmission({ requests: 9, bytes: 100 });
    await admission.empty();
    const visits: Visit[] = [admission.enter(1)!, admission.enter(1)!];
    let empty = false;
    const left = admission.empty().then(() => (empty = true));
    visits[0].leave();
    await Promise.resolve();
    expect(empty).toBe(false);
    visits[1].leave();
    await left;
  });

  test('says when to come back: a second at least, a minute at most', () => {
    expect(createAdmission({ requests: 1, bytes: 1 }).retryAfter()).toBe(1);
  });
});

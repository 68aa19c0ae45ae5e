import { describe, expect, test } from 'vitest';
import { createAdmission } from '../../../src/serve/http/admission.ts';

describe('admission', () => {
  test('lets in as many requests as there is room for, and another when one has left, once', () => {
    const admission = createAdmission({ requests: 2, bytes: 100 });
    const [first, second] = [admission.enter(10)!, admission.enter(10)!];
    expect(admission.enter(10)).toBeUndefined();
    expect(admission.load()).toEqual({ requests: 2, bytes: 20 });
    first();
    first();
    expect(admission.load()).toEqual({ requests: 1, bytes: 10 });
    expect(admission.enter(10)).toBeTypeOf('function');
    second();
  });

  test('bounds the bytes of all of them together; one alone may always come in', () => {
    const admission = createAdmission({ requests: 9, bytes: 100 });
    const leave = admission.enter(150)!;
    expect(admission.enter(1)).toBeUndefined();
    leave();
    expect(admission.enter(60)).toBeTypeOf('function');
    expect(admission.enter(60)).toBeUndefined();
    expect(admission.enter(40)).toBeTypeOf('function');
  });

  test('says when the last one has left', async () => {
    const admission = createAdmission({ requests: 9, bytes: 100 });
    await admission.empty();
    const leave = [admission.enter(1)!, admission.enter(1)!];
    let empty = false;
    const left = admission.empty().then(() => (empty = true));
    leave[0]();
    await Promise.resolve();
    expect(empty).toBe(false);
    leave[1]();
    await left;
  });

  test('says when to come back: a second at least, a minute at most', () => {
    expect(createAdmission({ requests: 1, bytes: 1 }).retryAfter()).toBe(1);
  });
});

import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { count, finite, ifShaped, parseJson } from '../../src/files/json.ts';

const schema = v.object({
  name: v.string(),
  sizes: v.array(count),
  rate: v.optional(finite),
  kind: v.optional(v.picklist(['a', 'b'])),
  seed: v.optional(v.union([finite, v.null()])),
});

test('JSON of the right shape is read, of an object what is known', () => {
  expect(parseJson('{"name":"x","sizes":[0,2],"more":1}', schema, 'f.json', 'table')).toEqual({
    name: 'x',
    sizes: [0, 2],
  });
  expect(parseJson('{"name":"constructor","sizes":[],"__proto__":{}}', schema, 'f.json', 'table')).toEqual({ name: 'constructor', sizes: [] }); // prettier-ignore
});

describe('JSON of another shape is refused, with the file and the part:', () => {
  test.each([
    ['{', /^f\.json: it is not JSON \(.+\)\.$/],
    ['null', /^f\.json: it is null where an object belongs\.$/],
    ['"{}"', /^f\.json: it is "{}" where an object belongs\.$/],
    ['{}', /^f\.json: `name` is missing\.$/],
    ['{"name":"x","sizes":{"length":1}}', /`sizes` is an object where a list belongs/],
    ['{"name":["x"],"sizes":[]}', /`name` is a list where a text belongs/],
    ['{"name":"x","sizes":[1,"2"]}', /`sizes\.1` is "2" where a number belongs/],
    ['{"name":"x","sizes":[-1]}', /`sizes\.0` must be 0 or more; it is -1/],
    ['{"name":"x","sizes":[1.5]}', /`sizes\.0` must be a whole number; it is 1\.5/],
    ['{"name":"x","sizes":[1e300]}', /`sizes\.0` must be a whole number; it is 1e\+300/],
    ['{"name":"x","sizes":[],"rate":1e999}', /`rate` must be a finite number; it is Infinity/],
    ['{"name":"x","sizes":[],"rate":{"valueOf":1,"toString":2}}', /`rate` is an object where a number belongs/],
    ['{"name":"x","sizes":[],"kind":"constructor"}', /`kind` is "constructor" instead of "a" \| "b"/],
    ['{"name":"x","sizes":[],"seed":true}', /`seed` is true where a number or null belongs/],
  ])('%s', (text, message) => {
    expect(() => parseJson(text, schema, 'f.json', 'table')).toThrow(
      expect.objectContaining({ name: 'SerError', code: 'table', message: expect.stringMatching(message) }),
    );
  });
});

test('JSON that is nested so deep that it could not be written again is refused', () => {
  const deep = (levels: number): string =>
    `{"name":"x\\"[[","sizes":[],"more":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  expect(parseJson(deep(99), schema, 'f.json', 'table')).toEqual({ name: 'x"[[', sizes: [] });
  expect(() => parseJson(deep(100), schema, 'f.json', 'table')).toThrow(/f\.json: it is not JSON \(it is nested more than 100 deep\)/); // prettier-ignore
  expect(() => parseJson(deep(100_000), schema, 'f.json', 'table')).toThrow(/nested more than 100 deep/);
});

test('a message stays short, whatever a file holds', () => {
  const name = 'x'.repeat(1e6);
  expect(() => parseJson(`{"name":"x","sizes":["${name}"]}`, schema, 'f.json', 'table')).toThrow(
    expect.objectContaining({
      message: expect.stringMatching(/^f\.json: `sizes\.0` is "x{1900,} … x{1900,}" where a number belongs\.$/),
    }),
  );
});

test('where damage is as good as nothing, there is nothing', () => {
  expect(ifShaped({ name: 'x', sizes: [] }, schema)).toEqual({ name: 'x', sizes: [] });
  expect(ifShaped({ name: 'x' }, schema)).toBeUndefined();
});

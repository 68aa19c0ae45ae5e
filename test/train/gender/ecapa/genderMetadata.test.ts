import { describe, expect, test } from 'vitest';
import { LOG_MEL } from '../../../../src/features/sets/logMel.ts';
import { checkGenderMetadata, genderMetadata } from '../../../../src/train/gender/ecapa/genderMetadata.ts';
import { createOnnxGraph } from '../../../../src/onnx/graph.ts';
import { readOnnxFile } from '../../../../src/onnx/metadata.ts';

const entries = genderMetadata({ source: 'a test, Ω', temperature: 1.5 });

/** A model that doubles its input. */
function doubling(metadata: Record<string, string>): Uint8Array {
  const graph = createOnnxGraph('doubling');
  const x = graph.input('x', ['n']);
  graph.output(graph.node('Mul', [x, graph.constant('two', [1], Float32Array.of(2))]), 'y', ['n']);
  return graph.toBytes(metadata);
}

test('what a model is given to remember is read back, whatever else is in the file', () => {
  const metadata = readOnnxFile(doubling(entries)).metadata;
  expect(metadata).toEqual(entries);
  expect(checkGenderMetadata(metadata, 'm.onnx')).toEqual({
    format: 'gender-ser/gender/1',
    labels: ['male', 'female'],
    frontEnd: LOG_MEL,
    temperature: 1.5,
    source: 'a test, Ω',
  });
});

test('a file cut short is told, wherever the cut is', () => {
  const whole = doubling(entries);
  for (let length = 1; length < whole.length; length++) {
    let found: Record<string, string>;
    try {
      found = readOnnxFile(whole.subarray(0, length), 'm.onnx').metadata;
    } catch (error) {
      expect((error as Error).message).toMatch(/^m\.onnx is not an ONNX file, or not the whole of it/);
      continue;
    }
    // A cut between two fields shows by what is missing.
    expect(() => checkGenderMetadata(found, 'm.onnx')).toThrow(/^m\.onnx: not a gender model/);
  }
});

describe('models that do not fit are refused in words', () => {
  test.each<[string, string, RegExp]>([
    ['format', '"gender-ser/gender/2"', /format gender-ser\/gender\/2; this version reads gender-ser\/gender\/1/],
    ['labels', '["female","male"]', /stand for female,male instead of male,female/],
    [
      'frontEnd',
      JSON.stringify({ ...LOG_MEL, hop: 128 }),
      /front end has hop 128, where this version computes with 160/,
    ],
    ['frontEnd', '{}', /front end has sampleRate undefined/],
    ['frontEnd', 'null', /"frontEnd": it is null where an object belongs/],
    ['features', '"smells"', /needs the features smells, which this version does not have/],
    ['temperature', '0', /temperature must be a number from 0.001 to 1000; it is 0/],
    ['temperature', '1e-320', /temperature must be a number from 0.001/],
    ['labels', '{"toString":1}', /"labels": it is an object where a list belongs/],
    ['temperature', '"1"', /"temperature": it is "1" where a number belongs/],
    ['temperature', 'warm', /"temperature": it is not JSON/],
  ])('%s: %s', (key, value, message) => {
    expect(() => checkGenderMetadata({ ...entries, [key]: value }, 'm.onnx')).toThrow(message);
  });

  test('one without a word of its own', () => {
    expect(() => checkGenderMetadata({}, 'm.onnx')).toThrow(/no "format" in it.*ser gender import/);
  });
});

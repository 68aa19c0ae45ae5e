import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { streamAudio } from '../../../../src/data/audio/load.ts';
import { encodeWav } from '../../../../src/data/audio/pcm/wav.ts';
import { decodeAudio, readRecording } from '../../../../src/data/audio/read.ts';
import { joinSamples } from '../../../../src/features/join.ts';

const folder = new URL('../../../fixtures/audio/pcm/', import.meta.url);
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));

interface Reference {
  by: string;
  samples: number;
  channels: number;
  rms: number;
  /** By index, of the mean of the channels. */
  values: Record<string, number>;
}

const references = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as Record<string, Reference>;

describe('count and values of libsndfile 1.2.2, or of FFmpeg 5.1 where that alone reads it or rounds as the specification says', () => {
  test.each(Object.entries(references))('%s', async (name, { samples: count, channels, rms, values }) => {
    const { samples, ...facts } = await decodeAudio(fixture(name), name);
    expect(facts).toMatchObject({ sampleRate: 16_000, channels, warnings: [] });
    expect(samples).toHaveLength(count);
    // Means of channels are rounded; all else is exact.
    for (const [at, value] of Object.entries(values)) expect(Math.abs(samples[Number(at)] - value)).toBeLessThan(5e-8);
    expect(Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / count)).toBeCloseTo(rms, 6);
  });

  test.each(Object.keys(references))('%s from the disk, block by block, as from memory', async (name) => {
    const parts: Float32Array[] = [];
    for await (const block of streamAudio(new URL(name, folder).pathname)) parts.push(block);
    expect(joinSamples(parts)).toEqual((await readRecording(fixture(name))).signal);
  });
});

// Counts of FFmpeg, which decodes what there is of a block.
test.each([
  ['ima.wav', 1073],
  ['ima-stereo.wav', 529],
  ['ms.wav', 1010],
  ['ms-stereo.wav', 499],
])('%s ends within a block of ADPCM: what is there of it is decoded', async (name, count) => {
  const whole = fixture(name);
  const part = whole.slice(0, 601);
  const data = whole.findIndex((_, at) => String.fromCharCode(...whole.subarray(at, at + 4)) === 'data');
  part.fill(255, data + 4, data + 8);
  const { samples } = await decodeAudio(part);
  expect(samples).toEqual((await decodeAudio(whole)).samples.subarray(0, count));
});

test.each([
  ['a-law.caf', 'alaw', 'aac ', /samples are AAC; convert it to PCM, for example with ffmpeg/],
  ['a-law.caf', 'alaw', 'xyz1', /in CAF encoding "xyz1"/],
  ['a-law.aifc', 'alaw', 'MAC3', /MACE 3:1/],
  ['a-law.aifc', 'alaw', 'abcd', /in AIFF-C encoding "abcd"/],
  ['a-law.snd', '\0\0\0\x1b', '\0\0\0\x17', /G\.721/],
  ['a-law.snd', '\0\0\0\x1b', '\0\0\0\x63', /in AU encoding 99/],
  ['a-law.sph', 'alaw', 'g711', /in SPHERE coding "g711"/],
])('%s with another encoding is refused by its name', async (name, known, other, reason) => {
  const file = Buffer.from(fixture(name));
  file.write(other, file.indexOf(known, 0, 'latin1'), 'latin1');
  await expect(decodeAudio(new Uint8Array(file))).rejects.toThrow(reason);
});

test('BW64 is RF64 by another name', async () => {
  const bytes = fixture('16.rf64');
  bytes.set(new TextEncoder().encode('BW64'));
  expect((await decodeAudio(bytes)).samples).toEqual((await decodeAudio(fixture('16.rf64'))).samples);
});

describe('what programs do to a WAV file', () => {
  const speech = new Uint8Array(readFileSync(new URL('../../../../data/demo/female.wav', import.meta.url)));
  const pcm = speech.subarray(44);

  test('an ID3 tag in front of RIFF', async () => {
    const tag = new Uint8Array([0x49, 0x44, 0x33, 3, 0, 0, 0, 0, 2, 10, ...new Uint8Array(266)]);
    const { samples } = await decodeAudio(new Uint8Array([...tag, ...speech]));
    expect(samples).toEqual((await decodeAudio(speech)).samples);
  });

  test('a SPHERE file of the name that TIMIT gives it', async () => {
    const header = [
      'NIST_1A\n   1024\nsample_count -i 27200\nsample_n_bytes -i 2\nchannel_count -i 1\nsample_byte_format -s2 01',
      'sample_rate -i 16000\nsample_min -i -20000\nsample_max -i 20000\nend_head\n',
    ].join('\n');
    const bytes = new Uint8Array(1024 + pcm.length).fill(0x20);
    bytes.set(new TextEncoder().encode(header));
    bytes.set(pcm, 1024);
    const { samples, format } = await decodeAudio(bytes, 'SA1.WAV');
    expect(format).toBe('NIST SPHERE');
    expect(samples).toEqual((await decodeAudio(speech)).samples);
    expect(samples).toHaveLength(27_200);
  });

  test('samples compressed with Shorten are refused by name', async () => {
    const header =
      'NIST_1A\n   1024\nsample_count -i 9\nsample_rate -i 8000\nsample_coding -s26 pcm,embedded-shorten-v2.00\n';
    const bytes = new Uint8Array(2048);
    bytes.set(new TextEncoder().encode(`${header}end_head\n`));
    await expect(decodeAudio(bytes)).rejects.toThrow(/Shorten \(unpack them with sph2pipe\)/);
  });
});

/** Float samples of 32 bits, as a WAV file. */
function floatWav(samples: Float32Array): Uint8Array {
  const bytes = new Uint8Array(44 + samples.byteLength);
  bytes.set(encodeWav(new Float32Array(2 * samples.length), 16_000).subarray(0, 44));
  const view = new DataView(bytes.buffer);
  view.setUint16(20, 3, true);
  view.setUint16(32, 4, true);
  view.setUint16(34, 32, true);
  bytes.set(new Uint8Array(samples.buffer), 44);
  return bytes;
}

describe('float files whose level is wrong are warned of by name', () => {
  const tone = (offset: number, scale: number): Float32Array =>
    Float32Array.from({ length: 27_200 }, (_, i) => offset + scale * Math.sin(i / 5) * Math.sin(i / 1000));
  test.each([
    ['a constant is silence, whatever its offset', tone(0.25, 0), [/^Silence/, /off centre by 25 %/]],
    ['an offset under speech', tone(0.4, 0.5), [/off centre by 40 %/]],
    ['values of 16-bit samples are out of scale, not clipped', tone(0, 30_000), [/reach 3e\+4 times full scale/]],
  ])('%s', async (_name, samples, expected) => {
    const { warnings } = await readRecording(floatWav(samples));
    for (const warning of expected) expect(warnings.join('\n')).toMatch(new RegExp(warning, 'm'));
    expect(warnings.join('\n')).not.toMatch('Clipped');
  });
});

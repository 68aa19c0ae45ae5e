/**
 * Writes the clips of data/demo: vowels from a source and a filter (Fant, 1960; resonators as in Klatt, 1980), so that
 * the toolkit can be tried without any recording of a person.
 *
 *     npx tsx scripts/make-demo-clips.ts
 */
import { encodeWav } from '../src/data/audio/pcm/wav.ts';
import { writeFileAtomic } from '../src/files/files.ts';
import { createRandom } from '../src/random.ts';

const RATE = 16_000;

/** Formants F1–F4 in Hz of a man (Peterson & Barney, 1952, rounded). */
const VOWELS: Record<string, number[]> = {
  a: [730, 1090, 2440, 3400],
  e: [530, 1840, 2480, 3400],
  i: [270, 2290, 3010, 3500],
  o: [570, 840, 2410, 3300],
  u: [300, 870, 2240, 3300],
};
const BANDWIDTHS = [80, 100, 140, 200];

interface Voice {
  vowels: string;
  seconds: number;
  /** Pitch in Hz at the start and at the end. */
  pitch: [number, number];
  /** Formants over those of a man: a shorter vocal tract. */
  tract: number;
}

const CLIPS: Record<string, Voice> = {
  'male.wav': { vowels: 'aeiou', seconds: 1.7, pitch: [125, 95], tract: 1 },
  'female.wav': { vowels: 'aeiou', seconds: 1.7, pitch: [230, 185], tract: 1.17 },
  'female-excited.wav': { vowels: 'iaiea', seconds: 1.4, pitch: [240, 390], tract: 1.17 },
};

function synthesise({ vowels, seconds, pitch, tract }: Voice, seed: string): Float32Array {
  const random = createRandom(seed);
  const length = Math.round(seconds * RATE);
  const signal = new Float32Array(length);
  const memory = BANDWIDTHS.map(() => [0, 0]);
  let phase = 0;
  let jitter = 1;
  for (let i = 0; i < length; i++) {
    const t = i / length;
    const f0 = (pitch[0] + (pitch[1] - pitch[0]) * t) * (1 + 0.015 * Math.sin((2 * Math.PI * 5.5 * i) / RATE));
    phase += (f0 * jitter) / RATE;
    if (phase >= 1) {
      phase -= 1;
      jitter = 1 + 0.008 * random.normal(); // no two periods of a voice are alike
    }
    // The slope of Rosenberg's glottal pulse: opens for .4 of the period, closes in .16.
    const open = phase < 0.4 ? Math.sin((Math.PI * phase) / 0.4) : 0;
    const close = phase >= 0.4 && phase < 0.56 ? -2.5 * Math.sin((Math.PI / 2) * ((phase - 0.4) / 0.16)) : 0;
    let value = open + close + 0.02 * random.normal();

    const place = t * (vowels.length - 1);
    const [from, to] = [VOWELS[vowels[Math.floor(place)]], VOWELS[vowels[Math.ceil(place)]]];
    BANDWIDTHS.forEach((bandwidth, k) => {
      const formant = tract * (from[k] + (to[k] - from[k]) * (place % 1));
      const radius = Math.exp((-Math.PI * bandwidth) / RATE);
      const b = 2 * radius * Math.cos((2 * Math.PI * formant) / RATE);
      const c = -radius * radius;
      value = (1 - b - c) * value + b * memory[k][0] + c * memory[k][1];
      memory[k] = [value, memory[k][0]];
    });
    const fade = Math.min(1, i / 800, (length - 1 - i) / 1600);
    signal[i] = value * fade;
  }
  const peak = signal.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return signal.map((value) => (0.6 * value) / peak);
}

for (const [name, voice] of Object.entries(CLIPS)) {
  const path = `data/demo/${name}`;
  writeFileAtomic(path, encodeWav(synthesise(voice, name), RATE));
  console.log(path);
}

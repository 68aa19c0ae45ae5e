import { createRandom } from '../../../src/random.ts';

/** A sound that nobody speaks or sings in: mono, 16 kHz, 4 s unless it says otherwise. */
export interface OtherSound {
  kind: 'tone' | 'beeps' | 'sweep' | 'noise' | 'silence' | 'hum' | 'music';
  name: string;
  signal: Float32Array;
}

const RATE = 16_000;
const SECONDS = 4;

type Wave = (phase: number) => number;
/** Of a phase in cycles. */
const WAVES = {
  sine: (phase) => Math.sin(2 * Math.PI * phase),
  square: (phase) => (phase % 1 < 0.5 ? 0.6 : -0.6),
  sawtooth: (phase) => 1 - 2 * (phase % 1),
  triangle: (phase) => 4 * Math.abs((phase % 1) - 0.5) - 1,
  organ: (phase) => [1, 2, 3, 4, 6, 8].reduce((sum, n) => sum + Math.sin(2 * Math.PI * n * phase) / n / 2, 0),
} satisfies Record<string, Wave>;

const sampled = (at: (seconds: number, i: number) => number, seconds = SECONDS): Float32Array =>
  Float32Array.from({ length: seconds * RATE }, (_, i) => at(i / RATE, i));

/** A tone of steady pitch. */
export const tone = (hertz: number, wave: Wave = WAVES.sine, level = 0.5): Float32Array =>
  sampled((t) => level * wave(hertz * t));

/** Noise whose power falls with the frequency by that many dB an octave: 0 white, 3 pink, 6 brown. */
export function noise(slope: 0 | 3 | 6, level: number, seed: string): Float32Array {
  const random = createRandom(seed);
  const [slow, pink] = [{ value: 0 }, new Float64Array(6)];
  const signal = sampled(() => {
    const white = random.normal();
    if (slope === 6) return (slow.value = 0.998 * slow.value + white);
    if (slope === 0) return white;
    // Leaky sums an octave apart and more, as in Voss's and McCartney's way.
    [0.5, 0.8, 0.92, 0.97, 0.99, 0.997].forEach(
      (a, k) => (pink[k] = a * pink[k] + Math.sqrt(1 - a * a) * random.normal()),
    );
    return pink.reduce((sum, value) => sum + value, white / 2);
  });
  return scaled(signal, level);
}

/** To a root mean square of `level`. */
function scaled(signal: Float32Array, level: number): Float32Array {
  const rms = Math.sqrt(signal.reduce((sum, value) => sum + value * value, 0) / signal.length);
  return signal.map((value) => Math.max(-1, Math.min(1, (level * value) / rms)));
}

/** A plucked string (Karplus & Strong, 1983) that rings on from `start`, added to the signal. */
function pluck(signal: Float32Array, start: number, hertz: number, seed: string, level = 0.3): void {
  const random = createRandom(seed);
  const string = Float32Array.from({ length: Math.round(RATE / hertz) }, () => 2 * random.uniform() - 1);
  for (let i = Math.round(start * RATE), k = 0; i < signal.length; i++, k = (k + 1) % string.length) {
    signal[i] += level * string[k];
    string[k] = 0.498 * (string[k] + string[(k + 1) % string.length]);
  }
}

const semitones = (from: number, steps: number): number => from * 2 ** (steps / 12);
const MAJOR = [0, 2, 4, 5, 7, 9, 11, 12];

function melody(seed: string): Float32Array {
  const random = createRandom(seed);
  const signal = new Float32Array(SECONDS * RATE);
  const root = 110 + 110 * random.uniform();
  for (let t = 0, note = 0; t < SECONDS; t += 0.125 + 0.25 * Math.floor(2 * random.uniform()), note++) {
    const step = MAJOR[Math.floor(random.uniform() * MAJOR.length)] + 12 * Math.floor(2 * random.uniform());
    pluck(signal, t, semitones(root, step), `${seed} ${note}`);
  }
  return signal;
}

function chords(wave: Wave, seed: string): Float32Array {
  const random = createRandom(seed);
  const root = 130 + 130 * random.uniform();
  const [I, IV, V] = [[0, 4, 7], [5, 9, 12], [7, 11, 14]]; // prettier-ignore
  const played = [I, IV, V, I];
  return sampled((t) => {
    const decay = Math.exp(-1.5 * (t % 1)) * Math.min(1, (t % 1) * 100);
    return played[Math.floor(t)].reduce((sum, step) => sum + 0.2 * decay * wave(semitones(root, step) * t), 0);
  });
}

function drums(seed: string): Float32Array {
  const random = createRandom(seed);
  const beat = 0.4 + 0.2 * random.uniform();
  return sampled((t) => {
    const [kick, snare, hat] = [t % beat, (t + beat / 2) % beat, t % (beat / 4)];
    return (
      0.6 * Math.exp(-20 * kick) * Math.sin(2 * Math.PI * (50 * kick + 4 * (1 - Math.exp(-30 * kick)))) +
      0.3 * Math.exp(-25 * snare) * random.normal() * 0.5 +
      0.1 * Math.exp(-80 * hat) * random.normal()
    );
  });
}

/** Bowed: a sawtooth with vibrato through two resonances of a body, another note each half second. */
function bowed(seed: string): Float32Array {
  const random = createRandom(seed);
  const steps = Array.from({ length: 2 * SECONDS }, () => MAJOR[Math.floor(random.uniform() * 8)]);
  const root = 196 + 200 * random.uniform();
  let [phase, a1, a2] = [0, 0, 0];
  const signal = sampled((t) => {
    phase += (semitones(root, steps[Math.floor(2 * t)]) * (1 + 0.006 * Math.sin(2 * Math.PI * 5.5 * t))) / RATE;
    const next = WAVES.sawtooth(phase) + 1.8 * a1 - 0.86 * a2;
    [a2, a1] = [a1, next];
    return next * Math.min(1, (t % 0.5) * 12);
  });
  return scaled(signal, 0.15);
}

/** Frequency modulation (Chowning, 1973): bells, another note each 0.7 s. */
function bells(seed: string): Float32Array {
  const random = createRandom(seed);
  const notes = Array.from({ length: 6 }, () => 300 + 900 * random.uniform());
  return sampled((t) => {
    const [hertz, since] = [notes[Math.floor(t / 0.7)], t % 0.7];
    return (
      0.5 *
      Math.exp(-5 * since) *
      Math.sin(2 * Math.PI * hertz * t + 4 * Math.exp(-5 * since) * Math.sin(2.8 * Math.PI * hertz * t))
    );
  });
}

/** Strings, drums and chords at once. */
function band(seed: string): Float32Array {
  const [strings, beat, harmony] = [melody(seed), drums(seed), chords(WAVES.organ, seed)];
  return strings.map((value, i) => 0.4 * (value + beat[i] + harmony[i]));
}

/** Short sounds with pauses between them. */
const beeps = (hertz: readonly number[], on: number, off: number, wave: Wave = WAVES.sine): Float32Array =>
  sampled((t) => (t % (on + off) < on ? hertz.reduce((sum, one) => sum + wave(one * t), 0) / (2 * hertz.length) : 0));

/** @param seed  another one gives other pitches, tunes and noises of the same kinds */
export function otherSounds(seed: string): OtherSound[] {
  const random = createRandom(`sounds/${seed}`);
  const sounds: OtherSound[] = [];
  const add = (kind: OtherSound['kind'], name: string, signal: Float32Array): void =>
    void sounds.push({ kind, name, signal });
  const near = (hertz: number): number => Math.round(hertz * 2 ** ((random.uniform() - 0.5) / 3));

  for (let octave = 0; octave < 7; octave += 1 / 3) {
    const hertz = near(55 * 2 ** octave);
    add('tone', `sine ${hertz} Hz`, tone(hertz));
  }
  for (const [name, wave] of Object.entries(WAVES).slice(1)) {
    for (const about of [90, 130, 200, 300, 450, 800]) {
      const hertz = near(about);
      add('tone', `${name} ${hertz} Hz`, tone(hertz, wave, 0.4));
    }
  }
  for (const level of [0.02, 0.9]) add('tone', `sine at ${level}`, tone(near(440), WAVES.sine, level));

  for (const [on, off] of [
    [0.1, 0.1],
    [0.2, 0.3],
    [0.5, 0.5],
    [1, 2],
  ]) {
    // prettier-ignore
    for (const about of [400, 1000, 2500]) {
      const hertz = near(about);
      add('beeps', `${hertz} Hz, ${on} s of ${on + off}`, beeps([hertz], on, off));
    }
    add('beeps', `square, ${on} s of ${on + off}`, beeps([near(700)], on, off, WAVES.square));
  }
  add('beeps', 'dual tones of a telephone', sampled((t) => {
    const [low, high] = [[697, 770, 852, 941], [1209, 1336, 1477]].map((tones, k) => tones[(Math.floor(t * 4) * (k + 3)) % tones.length]); // prettier-ignore
    return t % 0.25 < 0.15 ? 0.25 * (WAVES.sine(low * t) + WAVES.sine(high * t)) : 0;
  })); // prettier-ignore
  add(
    'beeps',
    'two tones of a siren',
    sampled((t) => 0.4 * WAVES.triangle((t % 1 < 0.5 ? 440 : 585) * t)),
  );
  add(
    'beeps',
    'clicks',
    sampled((_, i) => (i % 8000 < 8 ? 0.8 : 0)),
  );

  for (const [from, to] of [
    [50, 7500],
    [7500, 50],
    [200, 800],
    [1000, 300],
  ]) {
    // prettier-ignore
    const rate = Math.log(to / from) / SECONDS;
    add(
      'sweep',
      `${from}–${to} Hz`,
      sampled((t) => 0.4 * WAVES.sine((from * (Math.exp(rate * t) - 1)) / rate)),
    );
    add(
      'sweep',
      `square ${from}–${to} Hz`,
      sampled((t) => 0.4 * WAVES.square((from * (Math.exp(rate * t) - 1)) / rate + 1e4)),
    );
  }
  add(
    'sweep',
    'siren',
    sampled((t) => 0.4 * WAVES.sine(900 * t - 100 * Math.cos(2 * Math.PI * 0.7 * t))),
  );

  for (const [slope, color] of [
    [0, 'white'],
    [3, 'pink'],
    [6, 'brown'],
  ] as const) {
    // prettier-ignore
    for (const level of [0.001, 0.01, 0.1, 0.3]) {
      add('noise', `${color} at ${level}`, noise(slope, level, `${seed}/${color}/${level}`));
    }
    for (const hertz of [0.5, 2, 4, 8]) {
      const swelling = noise(slope, 0.1, `${seed}/${color}/${hertz}`);
      const gained = swelling.map((value, i) => value * (0.55 - 0.45 * Math.cos((2 * Math.PI * hertz * i) / RATE)));
      add('noise', `${color}, ${hertz} swells a second`, gained);
    }
  }

  add('silence', 'zeros', new Float32Array(SECONDS * RATE));
  add('silence', 'constant 0.5', new Float32Array(SECONDS * RATE).fill(0.5));
  add(
    'silence',
    'one step of 16 bits',
    sampled(() => Math.round(2 * random.uniform() - 1) / 32768),
  );
  add('silence', 'empty', new Float32Array(0));

  for (const mains of [50, 60]) {
    for (const level of [0.003, 0.1]) {
      const at = (t: number): number =>
        [1, 0.5, 0.6, 0.2, 0.3, 0.1, 0.2].reduce((sum, value, k) => sum + value * WAVES.sine(mains * (k + 1) * t), 0);
      add(
        'hum',
        `${mains} Hz at ${level}`,
        sampled((t) => level * at(t) + 0.02 * level * random.normal()),
      );
    }
  }

  for (let i = 0; i < 4; i++) {
    const own = `${seed}/${i}`;
    add('music', `melody ${i}`, melody(own));
    add('music', `chords of sines ${i}`, chords(WAVES.sine, own));
    add('music', `chords of sawtooths ${i}`, chords(WAVES.sawtooth, own));
    add('music', `organ ${i}`, chords(WAVES.organ, own));
    add('music', `drums ${i}`, drums(own));
    add('music', `bowed ${i}`, bowed(own));
    add('music', `bells ${i}`, bells(own));
    add('music', `band ${i}`, band(own));
  }
  return sounds;
}

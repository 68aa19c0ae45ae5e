import { loadAudio } from '../../src/data/audio/load.ts';

/** The demo clips one after the other, until there are so many samples: speech at 16 kHz. */
export async function voice(samples: number): Promise<Float32Array> {
  const clips = await Promise.all(
    ['female', 'male', 'female-excited'].map((name) =>
      loadAudio(new URL(`../../data/demo/${name}.wav`, import.meta.url).pathname),
    ),
  );
  const signal = new Float32Array(samples);
  for (let at = 0, i = 0; at < samples; i++) {
    const clip = clips[i % clips.length].subarray(0, samples - at);
    signal.set(clip, at);
    at += clip.length;
  }
  return signal;
}

/** Samples between two who speak. */
const PAUSE = 17_600;

/** A woman and a man in turn, each for two seconds and a half, with pauses of a second: speech at 16 kHz. @param turns  of both */
export async function conversation(turns: number): Promise<Float32Array> {
  const [woman, man] = await Promise.all(
    ['woman', 'man'].map((name) => loadAudio(new URL(`../../data/voices/${name}.flac`, import.meta.url).pathname)),
  );
  const signal = new Float32Array(turns * (woman.length + man.length + 2 * PAUSE));
  let at = 0;
  for (let turn = 0; turn < turns; turn++) {
    for (const clip of [woman, man]) {
      signal.set(clip, at);
      at += clip.length + PAUSE;
    }
  }
  return signal;
}

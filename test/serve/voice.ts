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

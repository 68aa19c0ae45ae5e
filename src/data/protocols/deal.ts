import { createRandom } from '../../random.ts';
import { type Clip, presentLabels } from '../clip.ts';

/**
 * Deals the clips of speakers to folds, so that every fold has about as many clips of each emotion: each speaker in turn, those with most clips first,
 * goes to the fold that stays most even with it (greedy stratified group folds, as scikit-learn's `StratifiedGroupKFold`). Each gender is dealt by
 * itself, so that one alone gives its part of the same folds.
 * @returns the fold of each speaker, from 0
 */
export function dealSpeakers(clips: readonly Clip[], folds: number, seed: number): Map<string, number> {
  const foldOf = new Map<string, number>();
  for (const [gender, own] of byGender(clips)) {
    const random = createRandom(`${seed}/k-fold/${gender}`);
    const labels = presentLabels([...new Set(own.map(({ emotion }) => emotion))].sort(), own);
    const counts = new Map<string, number[]>();
    for (const { speaker, emotion } of [...own].sort((a, b) => (a.speaker < b.speaker ? -1 : 1))) {
      const count = counts.get(speaker) ?? labels.map(() => 0);
      count[labels.indexOf(emotion)]++;
      counts.set(speaker, count);
    }
    const held = Array.from({ length: folds }, () => labels.map(() => 0));
    // Women from the other end, so that the first folds do not get the larger share of both genders.
    const order = gender === 'female' ? [...held.keys()].reverse() : [...held.keys()];
    const total = (count: readonly number[]): number => count.reduce((sum, one) => sum + one, 0);
    const speakers = random.shuffle([...counts.keys()]).sort((a, b) => total(counts.get(b)!) - total(counts.get(a)!));
    for (const speaker of speakers) {
      const count = counts.get(speaker)!;
      // The sum of squares grows least where the speaker's emotions are rarest.
      const growth = (fold: number): number => count.reduce((sum, n, i) => sum + n * (n + 2 * held[fold][i]), 0);
      const best = order.reduce((least, fold) => (growth(fold) < growth(least) ? fold : least));
      count.forEach((n, i) => (held[best][i] += n));
      foldOf.set(speaker, best);
    }
  }
  return foldOf;
}

/** Deals recordings to folds in turn, emotion after emotion of each gender. @returns the fold of each recording, from 0 */
export function dealRecordings(clips: readonly Clip[], folds: number, seed: number): Map<string, number> {
  const foldOf = new Map<string, number>();
  for (const [gender, own] of byGender(clips)) {
    let dealt = 0;
    for (const emotion of [...new Set(own.map((clip) => clip.emotion))].sort()) {
      const recordings = new Set(own.filter((clip) => clip.emotion === emotion).map((clip) => clip.recording));
      const random = createRandom(`${seed}/random/${gender}/${emotion}`);
      for (const recording of random.shuffle([...recordings].sort())) foldOf.set(recording, dealt++ % folds);
    }
  }
  return foldOf;
}

function byGender<T extends Clip>(clips: readonly T[]): Map<string, T[]> {
  const genders = [...new Set(clips.map(({ gender }) => gender))];
  return new Map(genders.map((gender) => [String(gender), clips.filter((clip) => clip.gender === gender)]));
}

import { CORPORA } from '../../data/corpora/corpora.ts';
import { confusionOf } from '../metrics/confusion.ts';
import { sum } from './mean.ts';
import { accuracy } from '../metrics/accuracy.ts';
import { uar } from '../metrics/uar.ts';
import { confidenceOf, type Prediction, type Predictions } from '../systems/predictions.ts';

type Scored = Pick<Predictions, 'labels' | 'rows'>;

export interface Mistake {
  id: string;
  speaker: string;
  label: string;
  predicted: string;
  confidence: number;
}

/**
 * The `count` wrong predictions with the highest confidence, in descending order; ties are sorted by id.
 * @example
 * const rows = [['angry', 'angry', 0.9], ['angry', 'calm', 0.4], ['calm', 'calm', 0.2], ['calm', 'calm', 0.3]].map(
 *   ([label, predicted, p], i) => ({ id: `clip ${i}`, speaker: `speaker ${i % 2}`, gender: 'female', label, predicted, probabilities: [p, 1 - p] }),
 * );
 * confidentMistakes({ rows }).map(({ id }) => id) // → ['clip 1']
 */
export function confidentMistakes({ rows }: Pick<Predictions, 'rows'>, count = 10): Mistake[] {
  return rows
    .filter(({ label, predicted }) => label !== predicted)
    .map((row) => {
      const { id, speaker, label, predicted } = row;
      return { id, speaker, label, predicted, confidence: confidenceOf(row) };
    })
    .sort((a, b) => b.confidence - a.confidence || (a.id < b.id ? -1 : 1))
    .slice(0, count);
}

/** The name of a clip's group: its speaker, its intensity. */
export type Grouping = (row: Prediction) => string;

/** The figures of one group of clips. */
export interface GroupScores {
  group: string;
  n: number;
  right: number;
  accuracy: number;
  /** Over the classes for which this group has clips. */
  uar: number;
  /** Over the classes for which every group has clips, so that groups are comparable. NaN if they share none. */
  sharedUar: number;
  /** One per label; NaN if the group has no clips of it. */
  recalls: number[];
  /** Counts, true label × predicted label. */
  confusion: number[][];
}

/** Figures by group, sorted by name ("2" before "10"). */
export function groupScores({ labels, rows }: Scored, groupOf: Grouping): GroupScores[] {
  const names = [...new Set(rows.map(groupOf))].sort(new Intl.Collator('en', { numeric: true }).compare);
  const confusions = names.map((name) => confusionOf({ labels, rows: rows.filter((row) => groupOf(row) === name) }));
  const isShared = labels.map((_, label) => confusions.every((confusion) => sum(confusion[label]) > 0));
  return names.map((group, i) => {
    const confusion = confusions[i];
    const right = sum(confusion.map((row, label) => row[label]));
    const recalls = confusion.map((row, label) => row[label] / sum(row));
    const shared = recalls.filter((_, label) => isShared[label]);
    return {
      ...{ group, n: sum(confusion.flat()), right, accuracy: accuracy(confusion), uar: uar(confusion) },
      ...{ sharedUar: sum(shared) / shared.length, recalls, confusion },
    };
  });
}

/** The groupings possible for these clips: `speaker`, `gender`, and those of the corpus to which all ids belong. */
export function groupingsOf({ rows }: Pick<Predictions, 'rows'>): Record<string, Grouping> {
  const corpus = CORPORA.find(({ parseName }) => parseName && rows.every(({ id }) => isName(id, parseName)));
  const own = Object.entries(corpus?.groupings ?? {}).map(([name, of]): [string, Grouping] => [
    name,
    ({ id }) => of(id),
  ]);
  return {
    speaker: ({ speaker }) => speaker || 'speaker not known',
    gender: ({ gender }) => gender ?? 'gender not known',
    ...Object.fromEntries(own),
  };
}

function isName(id: string, parseName: (name: string) => unknown): boolean {
  try {
    return Boolean(parseName(id));
  } catch {
    return false;
  }
}

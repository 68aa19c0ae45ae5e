import { counted } from '../../words.ts';
import { type Clip, GENDERS } from '../clip.ts';
import { printableName } from '../../printable.ts';
import { labelsOf } from './corpora.ts';
import type { CorpusProblem, CorpusScan } from './corpus.ts';

/** A summary of a corpus folder. */
export interface ScanSummary {
  clips: number;
  speakers: number;
  channels: Record<Clip['channel'], number>;
  genders: Record<string, number>;
  emotions: Record<string, number>;
  problems: CorpusProblem[];
  /** Kinds of skipped files, in words. */
  passedOver: string[];
}

export function summariseScan({ clips, problems, passedOver }: CorpusScan): ScanSummary {
  const count = (of: (clip: Clip) => boolean): number => clips.filter(of).length;
  return {
    clips: clips.length,
    speakers: new Set(clips.map((clip) => clip.speaker)).size,
    channels: { speech: count((clip) => clip.channel === 'speech'), song: count((clip) => clip.channel === 'song') },
    genders: Object.fromEntries(GENDERS.map((gender) => [gender, count((clip) => clip.gender === gender)])),
    emotions: Object.fromEntries(
      labelsOf(clips).map((emotion) => [emotion, count((clip) => clip.emotion === emotion)]),
    ),
    problems,
    passedOver,
  };
}

/** The summary as text, with the first `show` problems of each kind. */
export function formatScan(summary: ScanSummary, show = 10): string {
  const pairs = (record: Record<string, number>): string =>
    Object.entries(record)
      .map(([name, n]) => `${name} ${n}`)
      .join(', ');
  const lines = [
    `${counted(summary.clips, 'clip')} of ${counted(summary.speakers, 'speaker')}: ${pairs(summary.channels)}; ${pairs(summary.genders)}`,
    `emotions: ${pairs(summary.emotions)}`,
  ];
  for (const kind of ['missing', 'duplicate', 'foreign'] as const) {
    const found = summary.problems.filter((problem) => problem.kind === kind);
    if (found.length === 0) continue;
    lines.push(`${kind}: ${found.length}`);
    lines.push(...found.slice(0, show).map(({ name, reason }) => `  ${printableName(`${name}: ${reason}`)}`));
    if (found.length > show) lines.push(`  … and ${found.length - show} more (--json lists all)`);
  }
  lines.push(...summary.passedOver.map((phrase) => `passed over: ${phrase}`));
  if (summary.problems.length === 0) lines.push('complete: nothing missing, nothing twice, nothing foreign');
  return lines.join('\n');
}

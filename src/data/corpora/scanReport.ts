import { counted } from '../../words.ts';
import { type Clip, GENDERS } from '../clip.ts';
import { printableName } from '../../messages/printable.ts';
import { labelsOf } from './corpora.ts';
import type { Corpus, CorpusProblem, CorpusScan } from './corpus.ts';

/** A summary of a corpus folder. */
export interface ScanSummary {
  /** Its corpus, and the number of clips of the whole of it, if known. */
  corpus?: Pick<Corpus, 'name' | 'title' | 'size'>;
  clips: number;
  speakers: number;
  channels: Record<Clip['channel'], number>;
  genders: Record<string, number>;
  emotions: Record<string, number>;
  problems: CorpusProblem[];
  /** Kinds of skipped files, in words. */
  passedOver: string[];
}

export function summariseScan({ clips, problems, passedOver }: CorpusScan, corpus?: Corpus): ScanSummary {
  const count = (of: (clip: Clip) => boolean): number => clips.filter(of).length;
  return {
    ...(corpus && { corpus: { name: corpus.name, title: corpus.title, ...(corpus.size && { size: corpus.size }) } }),
    clips: clips.length,
    speakers: new Set(clips.map((clip) => clip.speaker)).size,
    channels: { speech: count((clip) => clip.channel === 'speech'), song: count((clip) => clip.channel === 'song') },
    genders: {
      ...Object.fromEntries(GENDERS.map((gender) => [gender, count((clip) => clip.gender === gender)])),
      ...(count(({ gender }) => gender === null) > 0 && { unknown: count(({ gender }) => gender === null) }),
    },
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
  const { corpus, problems } = summary;
  const isPart = corpus?.size !== undefined && summary.clips < corpus.size;
  const lines = [
    ...(corpus
      ? [`${corpus.title} (${corpus.name})${isPart ? `: ${summary.clips} of its ${corpus.size} clips` : ''}`]
      : []),
    `${counted(summary.clips, 'clip')} of ${counted(summary.speakers, 'speaker')}: ${pairs(summary.channels)}; ${pairs(summary.genders)}`,
    `emotions: ${pairs(summary.emotions)}`,
  ];
  for (const kind of ['missing', 'duplicate', 'empty', 'foreign'] as const) {
    const found = problems.filter((problem) => problem.kind === kind);
    if (found.length === 0) continue;
    lines.push(`${kind}: ${found.length}`);
    lines.push(...found.slice(0, show).map(({ name, reason }) => `  ${printableName(`${name}: ${reason}`)}`));
    if (found.length > show) lines.push(`  … and ${found.length - show} more (--json lists all)`);
  }
  lines.push(...summary.passedOver.map((phrase) => `passed over: ${phrase}`));
  if (problems.length === 0) lines.push(isPart ? 'nothing twice, empty or foreign' : 'complete: nothing missing, twice, empty or foreign'); // prettier-ignore
  return lines.join('\n');
}

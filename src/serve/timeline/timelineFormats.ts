import { basename, extname } from 'node:path';
import { toCsv } from '../../files/csv.ts';
import { printableName } from '../../messages/printable.ts';
import { alignedLines, warningLines } from '../predict/text/predictionFormats.ts';
import { shortHeadline } from '../predict/verdict.ts';
import type { Timeline, TimelineOutcome } from './predictTimeline.ts';
import type { Segment } from './segment.ts';

/** Formats of timelines: for people, for spreadsheets, for programs, labels of Audacity, subtitles, and the NIST's Rich Transcription Time Marked. */
export const TIMELINE_FORMATS = ['table', 'csv', 'json', 'labels', 'srt', 'rttm'] as const;
export type TimelineFormat = (typeof TIMELINE_FORMATS)[number];

/** Formats of which a file holds one recording only, and the endings of their files. */
export const SINGLE_FORMATS: Partial<Record<TimelineFormat, string>> = { labels: '.txt', srt: '.srt' };

/**
 * Writes timelines as text that ends with a line break. Recordings that failed are in table, CSV and JSON only.
 * @param labels  of the models
 */
export function formatTimelines(
  outcomes: readonly TimelineOutcome[],
  format: TimelineFormat,
  labels: readonly string[],
): string {
  const timelines = outcomes.filter((outcome) => !('error' in outcome)) as Timeline[];
  switch (format) {
    case 'json':
      return `${JSON.stringify(outcomes, null, 2)}\n`;
    case 'csv':
      return toCsv(csvRows(outcomes, labels));
    case 'labels':
      return timelines.flatMap(({ segments }) => segments.map(audacityLabel)).join('');
    case 'srt':
      return timelines.flatMap(({ segments }) => segments.map(subtitle)).join('\n');
    case 'rttm':
      return timelines.flatMap(({ file, segments }) => segments.map((one) => rttmLine(file, one))).join('');
    case 'table':
      return outcomes.map((outcome) => ('error' in outcome ? `${printableName(outcome.error)}\n` : toTable(outcome))).join('\n'); // prettier-ignore
  }
}

function csvRows(outcomes: readonly TimelineOutcome[], labels: readonly string[]): (string | number)[][] {
  const header = [
    'Filename',
    'Start',
    'End',
    'Gender',
    'Predicted Emotion',
    'Confidence',
    ...labels,
    'Gender Probability',
    'Sure',
    'Right On Unseen',
    'Error',
  ];
  const rows = outcomes.flatMap((outcome): (string | number)[][] =>
    'error' in outcome
      ? [[outcome.file, ...Array<string>(header.length - 2).fill(''), outcome.error]]
      : outcome.segments.map((one) => [
          outcome.file,
          one.start,
          one.end,
          one.gender ?? '',
          one.emotion ?? '',
          one.confidence ?? '',
          ...labels.map((label) => one.probabilities[label]),
          one.genderProbability ?? '',
          one.sure === null ? '' : String(one.sure),
          one.rightOnUnseen ?? '',
          '',
        ]),
  );
  return [header, ...rows];
}

/** Who speaks, and how: `female: Angry 81 %`. */
function words(segment: Segment): string {
  const { gender, sure, confidence } = segment;
  const share = sure === false || confidence === null ? '' : ` ${percent(confidence)}`;
  return `${gender ? `${gender}: ` : ''}${shortHeadline(segment)}${share}`;
}

/** Seconds of start and end, and a text, parted by tabs. */
const audacityLabel = (one: Segment): string => `${one.start.toFixed(6)}\t${one.end.toFixed(6)}\t${words(one)}\n`;

const subtitle = (one: Segment, i: number): string =>
  `${i + 1}\n${subtitleTime(one.start)} --> ${subtitleTime(one.end)}\n${words(one)}\n`;

function subtitleTime(seconds: number): string {
  const milliseconds = Math.round(1000 * seconds);
  const parts = [3600_000, 60_000, 1000].map((unit, i) => Math.floor(milliseconds / unit) % (i === 0 ? Infinity : 60));
  return `${parts.map((part) => String(part).padStart(2, '0')).join(':')},${String(milliseconds % 1000).padStart(3, '0')}`;
}

/** The gender of the voice stands for the speaker. No field may have a blank. */
function rttmLine(file: string, { start, end, gender }: Segment): string {
  const recording = basename(file, extname(file)).replace(/\s+/g, '_');
  return `SPEAKER ${recording} 1 ${start.toFixed(3)} ${(end - start).toFixed(3)} <NA> <NA> ${gender ?? 'speaker'} <NA> <NA>\n`;
}

const BAR = 40;

function toTable(timeline: Timeline): string {
  const { file, seconds, speech, emotions, notSure, segments, warnings } = timeline;
  const lines = [`${printableName(file)}: ${clock(seconds)} min, ${clock(speech)} min of it speech`];
  if (segments.length > 0) {
    const rows = segments.map((one) => [
      clock(one.start, 1),
      clock(one.end, 1),
      one.gender ?? '',
      one.genderProbability === null ? '' : percent(one.genderProbability),
      one.confidence === null ? '' : percent(one.confidence),
      shortHeadline(one),
    ]);
    const header = ['from', 'to', 'gender', '', '', 'emotion'];
    lines.push('', ...alignedLines([header, ...rows], new Set([2, 5])));
    const shares = [...Object.entries(emotions), ['not sure', notSure] as const].filter(([, time]) => time > 0);
    const most = Math.max(...shares.map(([, time]) => time));
    const bars = shares.map(([name, time]) => [name, clock(time), percent(time / speech), '█'.repeat(Math.ceil((BAR * time) / most))]); // prettier-ignore
    lines.push('', ...alignedLines([['of the speech', 'min', '', ''], ...bars], new Set([0, 3])));
  }
  lines.push(...warningLines([{ file, warnings }]));
  return lines.map((line) => `${line}\n`).join('');
}

/** Minutes and seconds: `12:04`. */
function clock(seconds: number, digits = 0): string {
  const rounded = Number(seconds.toFixed(digits));
  const rest = (rounded % 60).toFixed(digits).padStart(digits > 0 ? 3 + digits : 2, '0');
  return `${Math.floor(rounded / 60)}:${rest}`;
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

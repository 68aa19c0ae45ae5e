import { describe, expect, test } from 'vitest';
import { parseCsv } from '../../../src/files/csv.ts';
import { verdictOf } from '../../../src/serve/predict/verdict.ts';
import type { Timeline, TimelineOutcome } from '../../../src/serve/timeline/predictTimeline.ts';
import { type Segment, timeShares } from '../../../src/serve/timeline/segment.ts';
import { formatTimelines } from '../../../src/serve/timeline/timelineFormats.ts';

const labels = ['neutral', 'angry'];

const segment = (start: number, end: number, angry: number, sure: boolean | null = null): Segment => ({
  start,
  end,
  gender: 'female',
  genderProbability: 0.97,
  ...verdictOf(labels, [1 - angry, angry], true),
  sure,
  ...(sure === false && { headline: 'Not sure: angry or neutral' }),
});

const segments = [segment(0.5, 2.25, 0.8), segment(3661.0004, 3664, 0.6, false)];
const talk: Timeline = { file: 'my talk.wav', seconds: 4000, ...timeShares(segments, labels), segments, warnings: [] };
const outcomes: TimelineOutcome[] = [talk, { file: 'bad.wav', error: 'bad.wav: it is empty' }];
const written = (format: Parameters<typeof formatTimelines>[1]) => formatTimelines(outcomes, format, labels);

describe('a timeline is written', () => {
  test('as CSV: a row per utterance, and one for a recording that failed', () => {
    const [header, ...rows] = parseCsv(written('csv'));
    expect(header.slice(0, 6)).toEqual(['Filename', 'Start', 'End', 'Gender', 'Predicted Emotion', 'Confidence']);
    expect(rows.map((row) => row.length)).toEqual([header.length, header.length, header.length]);
    expect(rows[0].slice(0, 5)).toEqual(['my talk.wav', '0.5', '2.25', 'female', 'angry']);
    expect(rows[2].at(-1)).toBe('bad.wav: it is empty');
  });

  test('as JSON, with the time that each emotion has', () => {
    const [first, second] = JSON.parse(written('json')) as [Timeline, unknown];
    expect(first).toEqual(talk);
    expect(first).toMatchObject({ speech: 4.75, emotions: { neutral: 0, angry: 1.75 }, notSure: 3 });
    expect(second).toEqual(outcomes[1]);
  });

  test('as labels of Audacity: start, end and text, parted by tabs', () => {
    expect(written('labels')).toBe(
      '0.500000\t2.250000\tfemale: Angry 80 %\n3661.000400\t3664.000000\tfemale: Not sure: angry or neutral\n',
    );
  });

  test('as subtitles, numbered, with hours and milliseconds', () => {
    expect(written('srt')).toBe(
      '1\n00:00:00,500 --> 00:00:02,250\nfemale: Angry 80 %\n\n2\n01:01:01,000 --> 01:01:04,000\nfemale: Not sure: angry or neutral\n',
    );
  });

  test('as RTTM, whose ten fields have no blanks', () => {
    expect(written('rttm')).toBe(
      'SPEAKER my_talk 1 0.500 1.750 <NA> <NA> female <NA> <NA>\nSPEAKER my_talk 1 3661.000 3.000 <NA> <NA> female <NA> <NA>\n',
    );
    for (const line of written('rttm').trim().split('\n')) expect(line.split(' ')).toHaveLength(10);
  });

  test('for people, with bars instead of one headline', () => {
    const text = written('table');
    expect(text).toContain('my talk.wav: 66:40 min, 0:05 min of it speech');
    expect(text).toMatch(/61:01\.0 +61:04\.0 +female +97 % +60 % +Not sure: angry or neutral/);
    expect(text).toMatch(/not sure +0:03 +63 % +█{40}\n/);
    expect(text).toContain('bad.wav: it is empty');
  });
});

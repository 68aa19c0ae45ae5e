import { SerError } from '../../error.ts';
import { UTTERANCE_DEFAULTS, type UtteranceOptions } from '../../data/speech/utterances.ts';
import { PREDICTION_FORMATS, type PredictionFormat } from '../../serve/predict/text/predictionFormats.ts';
import { TIMELINE_FORMATS, type TimelineFormat } from '../../serve/timeline/timelineFormats.ts';

/** Options of `ser predict` for long recordings and live sound. */
export const LONG_OPTIONS = {
  timeline: {
    type: 'boolean',
    default: false,
    describe: 'Recordings of any length, utterance by utterance, and how much of the time each emotion has',
  },
  live: {
    type: 'boolean',
    default: false,
    describe: 'Sound from standard input, while it is recorded: raw 16-bit samples (mono, little-endian) or WAV; a line of JSON per utterance', // prettier-ignore
  },
  rate: { type: 'number', default: 16_000, describe: 'With --live: sampling rate of raw samples in Hz' },
  every: { type: 'number', describe: 'With --live: a running result too, every so many seconds' },
  pause: {
    type: 'number',
    default: UTTERANCE_DEFAULTS.pause,
    describe: 'With --timeline or --live: seconds of a pause that ends an utterance',
  },
  shortest: {
    type: 'number',
    default: UTTERANCE_DEFAULTS.shortest,
    describe: 'The same: seconds below which an utterance is joined with the next, if that follows soon',
  },
  longest: {
    type: 'number',
    default: UTTERANCE_DEFAULTS.longest,
    describe: 'The same: seconds above which an utterance is cut where speech is least likely',
  },
  format: {
    choices: TIMELINE_FORMATS,
    default: 'table' as TimelineFormat,
    describe:
      'Format of the result; with --timeline also labels (of Audacity), srt (subtitles), rttm (who speaks when)',
  },
} as const;

/** Options that make no sense for long recordings, and why. */
const ALONE = ['watch', 'data', 'speaker-from', 'speakers', 'chart', 'queue'] as const;

export type LongArguments = Partial<Record<(typeof ALONE)[number], unknown>> & {
  timeline: boolean;
  live: boolean;
  every?: number;
  format: TimelineFormat;
  out?: string;
};

/** @throws {SerError} `usage` for options that do not go together */
export function checkLong(given: LongArguments): void {
  const { timeline, live, every, format, out } = given;
  if (timeline && live)
    throw new SerError('usage', 'Give either --timeline, for files, or --live, for standard input.');
  const mode = timeline ? '--timeline' : '--live';
  const other = ALONE.find((name) => given[name] !== undefined && given[name] !== false);
  if (other) throw new SerError('usage', `--${other} does not go with ${mode}: leave one of them out.`);
  if (live && format !== 'table' && format !== 'json') {
    throw new SerError('usage', `--live writes lines of JSON, not ${format}: leave --format out.`);
  }
  if (live && out) throw new SerError('usage', '--live writes to standard output: leave --out out, or write > FILE.');
  if (timeline && every !== undefined) throw new SerError('usage', '--every goes with --live.');
}

/** How speech is cut. */
export const utteranceOptions = ({ pause, shortest, longest }: Required<Pick<UtteranceOptions, 'pause' | 'shortest' | 'longest'>>): UtteranceOptions => ({ pause, shortest, longest }); // prettier-ignore

/** @throws {SerError} `usage` for a format that only timelines have */
export function clipFormat(format: TimelineFormat): PredictionFormat {
  const known = PREDICTION_FORMATS.find((one) => one === format);
  if (known) return known;
  throw new SerError('usage', `The format ${format} has utterances: it goes with --timeline.`);
}

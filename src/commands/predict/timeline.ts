import { mkdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import type { UtteranceOptions } from '../../data/speech/utterances.ts';
import { SerError } from '../../error.ts';
import { checkOutFile, checkOutFolder, writeFileAtomic } from '../../files/files.ts';
import { printableName } from '../../messages/printable.ts';
import { showProgress } from '../../progress.ts';
import type { EmotionModels } from '../../serve/predict/emotionModels.ts';
import type { RoutingChoice } from '../../serve/predict/routingChoice.ts';
import { predictTimelines, type TimelineOutcome } from '../../serve/timeline/predictTimeline.ts';
import { formatTimelines, SINGLE_FORMATS, type TimelineFormat } from '../../serve/timeline/timelineFormats.ts';
import { counted } from '../../words.ts';
import { resumable } from '../resumable.ts';

interface TimelineArguments {
  format: TimelineFormat;
  out?: string;
  workers: number;
  strict: boolean;
  utterances: UtteranceOptions;
}

/** `ser predict --timeline`: the utterances of recordings of any length. */
export async function predictTimelinesOf(
  files: readonly string[],
  models: EmotionModels,
  choice: RoutingChoice,
  { format, out, workers, strict, utterances }: TimelineArguments,
): Promise<void> {
  const ending = SINGLE_FORMATS[format];
  const apart = ending !== undefined && files.length > 1;
  if (apart && !out) {
    throw new SerError('usage', `A file of the format ${format} holds one recording: name a folder for these ${files.length} with --out.`); // prettier-ignore
  }
  if (out && apart) checkOutFolder(out);
  else if (out) checkOutFile(out);
  const outcomes: TimelineOutcome[] = [];
  const written = new Set<string>();
  const keep = (outcome: TimelineOutcome): void => {
    outcomes.push(outcome);
    if (!out || (apart && 'error' in outcome)) return;
    const path = apart ? freePath(out, outcome.file, ending, written) : out;
    writeFileAtomic(path, formatTimelines(apart ? [outcome] : outcomes, format, models.labels));
  };
  const progress = files.length > 1 ? showProgress('predict', files.length) : undefined;
  const run = async (signal: AbortSignal): Promise<void> => {
    if (out && apart) mkdirSync(out, { recursive: true });
    const options = { ...choice, workers, strict, utterances, signal };
    for await (const outcome of predictTimelines(files, models, options)) {
      keep(outcome);
      progress?.tick();
    }
    progress?.stop();
    if (!out) process.stdout.write(formatTimelines(outcomes, format, models.labels));
    tell(outcomes, format, out);
  };
  await resumable(run, () => progress?.stop(), out ? `${counted(outcomes.length, 'recording')} kept` : 'nothing is kept'); // prettier-ignore
}

/** What the result itself does not say, on standard error. */
function tell(outcomes: readonly TimelineOutcome[], format: TimelineFormat, out: string | undefined): void {
  const failed = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error] : []));
  if (format !== 'table' || out) {
    for (const reason of failed) console.error(`not predicted: ${printableName(reason)}`);
    for (const outcome of outcomes) {
      if ('error' in outcome) continue;
      for (const warning of outcome.warnings) console.error(`warning: ${printableName(outcome.file)}: ${warning}`);
    }
  }
  if (out) console.error(out);
  if (failed.length > 0) process.exitCode = 1;
}

/** A path in the folder that no other recording of the run has. */
function freePath(folder: string, file: string, ending: string, written: Set<string>): string {
  const name = basename(file, extname(file));
  let path = join(folder, `${name}${ending}`);
  for (let next = 2; written.has(path); next++) path = join(folder, `${name}-${next}${ending}`);
  written.add(path);
  return path;
}

import { rmSync, statSync } from 'node:fs';
import type { Argv } from 'yargs';
import { GENDERS } from '../../data/clip.ts';
import type { OpenPool } from '../../data/workers/executor.ts';
import { SerError } from '../../error.ts';
import type { Journal } from '../../data/workers/journal.ts';
import { checkOutFile, isSpecialFile, writeFileAtomic } from '../../files/files.ts';
import { withLock } from '../../files/lock.ts';
import { type Progress, showProgress } from '../../progress.ts';
import { findFamily, modelsIn } from '../../train/families/families.ts';
import { type EmotionModels, loadEmotionModels } from '../../serve/predict/emotionModels.ts';
import type { ClipResult } from '../../serve/predict/clipResult.ts';
import { type ClipOutcome, predictClips } from '../../serve/predict/predictClips.ts';
import { formatBatch, formatOutcomes } from '../../serve/predict/text/predictionFormats.ts';
import { openPredictions } from '../../serve/predict/predictionJournal.ts';
import { countEmotions, summarise } from '../../serve/predict/text/predictionSummary.ts';
import type { SpeakerSource } from '../../serve/predict/speakers.ts';
import {
  modelsFor,
  type RoutingChoice,
  ROUTING_DEFAULT,
  ROUTINGS,
  withRouting,
} from '../../serve/predict/routingChoice.ts';
import { counted } from '../../words.ts';
import { clipsOf } from '../clipsOf.ts';
import {
  CLIPS_POSITIONAL,
  DATA_OPTION,
  GENDER_MODEL_OPTION,
  MODELS_OPTION,
  OUT_OPTION,
  RESUME_OPTION,
  STRICT_OPTION,
  WORKERS_OPTION,
} from '../options.ts';
import { checkPicturePath, writePicture } from '../picture.ts';
import { QUEUE_OPTIONS, withExecutor } from '../queueOptions.ts';
import { resumable } from '../resumable.ts';
import { checkLong, clipFormat, LONG_OPTIONS, utteranceOptions } from './longOptions.ts';
import type { Arguments } from '../lazily.ts';

export const builder = (parser: Argv) =>
  parser
    .positional('paths', { ...CLIPS_POSITIONAL, demandOption: false, default: [] as string[] })
    .option('data', {
      ...DATA_OPTION,
      describe:
        'Labelled recordings instead of paths: a manifest (.csv), a folder or a corpus; their labels are not used, their speakers with --speaker-from column',
    })
    .option('gender', {
      choices: GENDERS,
      describe: 'Gender of all voices, instead of using the gender model',
    })
    .option('routing', {
      choices: ROUTINGS,
      defaultDescription: `${ROUTING_DEFAULT}; with a pooled model alone: pooled`,
      describe:
        "auto: the more probable gender's model, or both, mixed by the probability of the genders, where that gender is less " +
        'probable than .9; hard: always the one model; soft: always both; ' +
        'pooled: the one model that was trained on both genders, which needs none',
    })
    .option('speaker-from', {
      choices: ['folder', 'column', 'file-name'] as const satisfies readonly SpeakerSource[],
      describe:
        'For speaker-adapted models: the files of a speaker are told by their folder, by the column of a CSV (--speakers), or by their ' +
        'names (as corpora name them, else up to the first _, - or blank); their statistics standardise each, without labels',
    })
    .option('speakers', {
      type: 'string',
      describe: 'CSV with the columns file and speaker, for --speaker-from column',
    })
    .option('models', {
      ...MODELS_OPTION,
      default: undefined,
      defaultDescription: 'default; with --speaker-from: adapted',
    })
    .option('gender-model', GENDER_MODEL_OPTION)
    .options(LONG_OPTIONS)
    .option('out', OUT_OPTION)
    .option('chart', { type: 'string', describe: 'Bar chart of the predicted emotions, .svg or .png' })
    .option('recursive', { type: 'boolean', default: true, describe: 'Include folders within folders' })
    .option('watch', {
      type: 'boolean',
      default: false,
      describe: 'Then wait for new files in the folders, until Ctrl-C; JSON is one object per line',
    })
    .option('resume', {
      ...RESUME_OPTION,
      describe: 'With --out: continue an interrupted run; --no-resume starts again',
    })
    .option('strict', STRICT_OPTION)
    .option('workers', { ...WORKERS_OPTION, describe: 'Threads that decode and analyse' })
    .options(QUEUE_OPTIONS)
    .example('$0 predict clip.wav', 'one clip, with the probability of each emotion')
    .example('$0 predict recordings/ --format csv --out emotions.csv', 'a folder, to a spreadsheet')
    .example('$0 predict inbox/ --watch --format csv --out emotions.csv', 'and every file that is added to it')
    .example('$0 predict clip.wav --gender female --format json', 'gender given; for another program')
    .example('$0 predict people/ --speaker-from folder', 'a folder for each speaker; the family adapted')
    .example('$0 predict child.wav --routing pooled', 'a voice for which neither gender is right')
    .example('$0 predict talk.wav --timeline', 'a long recording, utterance by utterance')
    .example('$0 predict talk.wav --timeline --format srt --out talk.srt', 'as subtitles; labels: for Audacity')
    .example('arecord -q -f S16_LE -r 16000 -t raw | $0 predict --live', 'the microphone, until Ctrl-C')
    .example('ffmpeg -v error -i talk.mp4 -f wav - | $0 predict --live --every 1', 'with a running result each second')
    .epilogue('Exit code 1 if a clip could not be read; its row gives the reason, and the others are predicted.');

type PredictArguments = Arguments<typeof builder>;

export async function handler(given: PredictArguments): Promise<void> {
  if (given.timeline || given.live) return predictLong(given);
  return predictFiles(given);
}

async function predictLong(given: PredictArguments): Promise<void> {
  checkLong(given);
  const { paths, live, recursive, workers, strict, format, out, rate, every } = given;
  if (live && paths.length > 0) throw new SerError('usage', `--live takes sound from standard input: ${paths[0]} is a path.`); // prettier-ignore
  const files = live ? [] : clipsOf(checkPaths(paths), { recursive });
  const { models, choice } = await loadChosen(given, 'default');
  const utterances = utteranceOptions(given);
  if (live) return (await import('./live.ts')).predictLive(models, choice, { rate, every, utterances });
  const { predictTimelinesOf } = await import('./timeline.ts');
  return predictTimelinesOf(files, models, choice, { format, out, workers, strict, utterances });
}

/** The models, and the choice with its routing. */
async function loadChosen(
  { gender, routing, models: given, 'gender-model': genderModel }: PredictArguments,
  ofFamily: string,
): Promise<{ models: EmotionModels; choice: RoutingChoice }> {
  const family = given ?? ofFamily;
  const choice = withRouting({ gender, routing }, modelsIn(findFamily(family).folder));
  return { models: await loadEmotionModels({ models: family, load: modelsFor(choice), genderModel }), choice };
}

async function predictFiles(given: PredictArguments): Promise<void> {
  const { paths, ...options } = given;
  const format = clipFormat(given.format);
  const { out, chart, recursive, watch, resume, speakers: speakersCsv, 'speaker-from': source } = options;
  if (chart) checkPicturePath(chart, '--chart');
  if (out) checkOutFile(out);
  const ofData = options.data && (await filesOfData(options.data, paths));
  const files = ofData ? [...ofData.keys()] : clipsOf(checkPaths(paths), { recursive, mayBeEmpty: watch });
  const folders = paths.filter((path) => statSync(path).isDirectory());
  if (watch && folders.length === 0) throw new SerError('usage', 'Only folders can be watched: name one.');
  if (watch && source) {
    throw new SerError('usage', 'A prediction with --speaker-from depends on all files of the speaker: it cannot be made with --watch, while files are still added.'); // prettier-ignore
  }
  if (speakersCsv && !source) throw new SerError('usage', '--speakers needs --speaker-from column.');
  // Loaded on demand: it knows the corpora, which predicting does not need.
  const { speakersOf } = source ? await import('../../serve/predict/speakers.ts') : {};
  const isKnown = source === 'column' && ofData && !speakersCsv;
  const speakers = isKnown ? ofData : source && speakersOf?.(files, source, speakersCsv);
  const { models, choice } = await loadChosen(given, source ? 'adapted' : 'default');

  const outcomes = new Map<string, ClipOutcome>();
  const began = performance.now();
  // A device or a pipe has no place beside it for a journal.
  // With speakers, no prediction is made before all files are analysed.
  const kept = out && !speakers && !isSpecialFile(out) ? `${out}.journal` : undefined;
  let journal: Journal<ClipResult> | undefined;
  let progress: Progress | undefined;
  let taken = 0;
  let batches = 0;
  const predict = async (some: readonly string[], open?: OpenPool, signal?: AbortSignal): Promise<void> => {
    const batch = await predictClips(some, models, {
      ...choice,
      strict: options.strict,
      workers: options.workers,
      open,
      journal,
      speakers,
      signal,
      onStart: (clips, done) => {
        taken += done;
        if (clips > 1) progress = showProgress('predict', clips, done);
      },
      onAnalysed: () => progress?.tick(),
    });
    progress?.stop();
    progress = undefined;
    for (const outcome of batch) outcomes.set(outcome.file, outcome);
    if (out) {
      writeFileAtomic(out, formatOutcomes([...outcomes.values()], format, models.labels));
    } else {
      process.stdout.write(
        watch ? formatBatch(batch, format, models.labels, batches === 0) : formatOutcomes(batch, format, models.labels), // prettier-ignore
      );
    }
    batches++;
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    await withExecutor(options, 1, signal, async ({ open }, signal) => {
      if (files.length > 0) await predict(files, open, signal);
      const known = new Set(files);
      if (watch) {
        const { watchClips } = await import('../../serve/predict/watchClips.ts');
        const onReady = (): void => console.error(`watching ${folders.join(', ')}; Ctrl-C ends`);
        for await (const batch of watchClips(folders, { recursive, signal, onReady })) {
          // Existing files are reported once more at the beginning.
          const news = batch.filter((file) => !known.delete(file));
          if (news.length > 0) await predict(news, open);
        }
      }
    });
    if (kept) rmSync(kept, { force: true });
    const all = [...outcomes.values()];
    if (all.length > 1 || out) {
      console.error(summarise(all, { seconds: (performance.now() - began) / 1000, taken }).trimEnd());
    }
    if (out) console.error(out);
    if (chart) await writeChart(chart, all);
    if (all.some((outcome) => 'error' in outcome)) process.exitCode = 1;
  };
  const runKept = (path: string, signal: AbortSignal): Promise<void> =>
    withLock(path, () => {
      journal = openPredictions(path, models, { ...choice, strict: options.strict || undefined }, resume);
      return run(signal);
    });
  await resumable(
    (signal) => (kept ? runKept(kept, signal) : run(signal)),
    () => progress?.stop(),
    out ? 'the same command continues from here' : 'nothing is kept; with --out the same command would continue',
  );
}

async function writeChart(path: string, outcomes: readonly ClipOutcome[]): Promise<void> {
  const { emotionCountsChart } = await import('../../eval/charts/emotionCountsChart.ts');
  const counts = countEmotions(outcomes);
  const clips = counts.reduce((sum, count) => sum + count.clips, 0);
  const subtitle = `${counted(clips, 'clip')}; predictions, not true labels`;
  await writePicture(path, emotionCountsChart({ title: 'Predicted emotions', subtitle, counts }));
  console.error(path);
}

function checkPaths(paths: readonly string[]): readonly string[] {
  if (paths.length > 0) return paths;
  throw new SerError('usage', 'Name audio files or folders, or labelled recordings with --data.');
}

/** The files of labelled recordings, with their speakers. */
async function filesOfData(data: readonly string[], paths: readonly string[]): Promise<Map<string, string>> {
  if (paths.length > 0) throw new SerError('usage', `Give either paths or --data: ${paths[0]} is a path.`);
  // Loaded on demand: it knows the corpora, which predicting does not need.
  const [{ dataClips }, { tellScan }] = await Promise.all([import('../../data/sources/dataClips.ts'), import('../data/dataOption.ts')]); // prettier-ignore
  const { scan } = await dataClips(data, { onNotice: console.error, onScan: (source, { problems, ...rest }) => tellScan(source, { ...rest, clips: [], problems }) }); // prettier-ignore
  return new Map(scan.clips.map((clip) => [clip.path, clip.speaker || clip.path]));
}

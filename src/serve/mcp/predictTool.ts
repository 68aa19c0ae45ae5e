import { memoize } from '../../memoize.ts';
import { counted } from '../../words.ts';
import { type EmotionModels, loadEmotionModels } from '../predict/emotionModels.ts';
import { type ClipOutcome, predictEach } from '../predict/predictClips.ts';
import { clipsIn } from './clipsIn.ts';
import { allowedModels } from './allowedModels.ts';
import type { PredictInput } from './schemas.ts';
import type { ToolAnswer, ToolContext } from './tool.ts';

/** Loaded once for all calls. */
const modelsOf = memoize((models: string): Promise<EmotionModels> => loadEmotionModels({ models }));

/** Gender and emotion of every clip; the reason for those that could not be analysed. */
export async function predictTool(
  { paths, models: named, ...choice }: PredictInput,
  { folders, models: usual, workers, signal, progress }: ToolContext,
): Promise<ToolAnswer> {
  const files = clipsIn(paths, folders);
  const models = await modelsOf(allowedModels(named, usual, folders));
  const results: ClipOutcome[] = [];
  let analysed = 0;
  const onAnalysed = (): void => {
    signal.throwIfAborted();
    progress(++analysed, files.length);
  };
  for await (const outcome of predictEach(files, models, { ...choice, workers, onAnalysed })) results.push(outcome);
  const failed = results.filter((one) => 'error' in one).length;
  const summary = `${results.length - failed} of ${counted(results.length, 'clip')} predicted with the models ${models.family.name}`;
  return { text: [summary, ...results.map(lineOf)].join('\n'), data: { results } };
}

function lineOf(outcome: ClipOutcome): string {
  if ('error' in outcome) return `${outcome.file}: failed: ${outcome.error}`;
  const { file, headline, gender, emotion, confidence, warnings } = outcome;
  const share = emotion === null ? '' : ` (${emotion}: probability ${confidence?.toFixed(2)})`;
  return [`${file}: ${headline}${share}`, ...(gender ? [`${gender} voice`] : []), ...warnings].join('; ');
}

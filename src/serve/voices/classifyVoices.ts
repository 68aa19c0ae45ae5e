import { readSpeechModel, SPEECH_MODEL } from '../../data/speech/load.ts';
import { DEFAULT_WORKERS } from '../../data/workers/workerPool.ts';
import { genderClassifier } from '../predict/analyseClip.ts';
import { analyseFiles } from '../predict/analyseFiles.ts';
import type { VoiceGender } from '../../train/gender/ecapa/genderVerdict.ts';

/** A file, what the model says of its voice, and what to know before relying on it; or why it could not be asked. */
export type VoiceOutcome = ({ file: string } & VoiceGender & { warnings: string[] }) | { file: string; error: string };

export interface ClassifyVoicesOptions {
  /** Threads, each with the model in its memory. Default: as many as the machine has, and no more than files. */
  workers?: number;
  /** Refuses recordings that are cut short. Default false. */
  strict?: boolean;
  /** Called after each file. */
  onVoice?: (outcome: VoiceOutcome) => void;
}

/**
 * Tells the gender of the voice in each of many audio files. A file that fails gets an outcome that says why, and stops no other.
 * @param model  path of a gender model in ONNX
 * @returns outcomes in the order of `files`
 * @throws {SerError} `model` if the model cannot be used
 */
export async function classifyVoices(
  files: readonly string[],
  model: string,
  { workers = DEFAULT_WORKERS, strict, onVoice }: ClassifyVoicesOptions = {},
): Promise<VoiceOutcome[]> {
  // Loaded here in any case: a model that cannot be used is refused once, not once a file.
  const { bytes } = await genderClassifier(model);
  const models = new Map([
    [model, bytes],
    [SPEECH_MODEL, await readSpeechModel()],
  ]);
  const outcomes: VoiceOutcome[] = [];
  for await (const analysed of analyseFiles(files, { genderModel: model, strict }, workers, models)) {
    const { file } = analysed.job;
    const outcome =
      'error' in analysed
        ? { file, error: analysed.error.message }
        : { file, ...analysed.result.voice!, warnings: analysed.result.warnings ?? [] };
    outcomes.push(outcome);
    onVoice?.(outcome);
  }
  return outcomes;
}

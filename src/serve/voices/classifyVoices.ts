import { encoderFiles } from '../../data/embeddings/load.ts';
import { readSpeechModel, SPEECH_MODEL } from '../../data/speech/load.ts';
import { DEFAULT_WORKERS } from '../../data/workers/workerPool.ts';
import { genderClassifier } from '../../train/gender/ecapa/genderOnnx.ts';
import { analyseFiles } from '../predict/analyseFiles.ts';
import type { VoiceGender } from '../../train/gender/ecapa/genderModel.ts';

/** A file with the gender of its voice and warnings, or the reason why it could not be classified. */
export type VoiceOutcome = ({ file: string } & VoiceGender & { warnings: string[] }) | { file: string; error: string };

export interface ClassifyVoicesOptions {
  /** Threads, each with the model in its memory. Default: one per core, but no more than files. */
  workers?: number;
  /** Whether to refuse recordings that are cut short. Default false. */
  strict?: boolean;
  /** Called after each file. */
  onVoice?: (outcome: VoiceOutcome) => void;
}

/**
 * Classifies the gender of the voice in audio files. The outcome of a file that fails contains the reason; the others continue.
 * @param model  path of a gender model in ONNX
 * @returns outcomes in the order of `files`
 * @throws {SerError} `model` if the model cannot be used
 */
export async function classifyVoices(
  files: readonly string[],
  model: string,
  { workers = DEFAULT_WORKERS, strict, onVoice }: ClassifyVoicesOptions = {},
): Promise<VoiceOutcome[]> {
  // Loaded here in any case: an unusable model is refused once, not once per file.
  const { bytes, metadata } = await genderClassifier(model);
  const models = new Map([
    [model, bytes],
    [SPEECH_MODEL, await readSpeechModel()],
    ...(await encoderFiles([metadata.features ?? []].flat())),
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

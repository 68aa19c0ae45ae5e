import { loadAudio } from '../data/load.ts';
import { createPool, DEFAULT_WORKERS, runOrdered, workerUrl } from '../data/workerPool.ts';
import { loadGenderOnnx, type VoiceGender } from './genderOnnx.ts';

/** A file and what the model says of its voice, or why it could not be asked. */
export type VoiceOutcome = ({ file: string } & VoiceGender) | { file: string; error: string };

/** What a worker is given. */
export interface GenderJob {
  file: string;
  model: string;
}

export interface ClassifyVoicesOptions {
  /** Threads, each with the model in its memory. Default: as many as the machine has, and no more than files. */
  workers?: number;
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
  { workers = DEFAULT_WORKERS, onVoice }: ClassifyVoicesOptions = {},
): Promise<VoiceOutcome[]> {
  // Loaded here in any case: a model that cannot be used is refused once, not once a file.
  const classifier = await loadGenderOnnx(model);
  const outcomes: VoiceOutcome[] = [];
  const settle = (outcome: VoiceOutcome): void => {
    outcomes.push(outcome);
    onVoice?.(outcome);
  };
  const size = Math.min(workers, files.length);
  if (size === 1) {
    for (const file of files) {
      const voice = loadAudio(file).then(classifier.classify);
      settle(
        await voice.then(
          (result) => ({ file, ...result }),
          (error: Error) => ({ file, error: error.message }),
        ),
      );
    }
    await classifier.dispose();
    return outcomes;
  }
  await classifier.dispose();
  const pool = createPool<GenderJob, VoiceGender>(workerUrl('genderWorker', import.meta.url), size);
  try {
    const jobs = files.map((file) => ({ file, model }));
    for await (const outcome of runOrdered(pool, jobs)) {
      const { file } = outcome.job;
      settle('result' in outcome ? { file, ...outcome.result } : { file, error: outcome.error.message });
    }
  } finally {
    await pool.close();
  }
  return outcomes;
}

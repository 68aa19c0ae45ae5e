import { loadAudio } from '../data/load.ts';
import { answerJobs } from '../data/workerPool.ts';
import type { GenderJob } from './classifyVoices.ts';
import { type GenderClassifier, loadGenderOnnx, type VoiceGender } from './genderOnnx.ts';

let loaded: { model: string; classifier: Promise<GenderClassifier> } | undefined;

answerJobs(async ({ file, model }: GenderJob): Promise<VoiceGender> => {
  if (loaded?.model !== model) loaded = { model, classifier: loadGenderOnnx(model) };
  return (await loaded.classifier).classify(await loadAudio(file));
});

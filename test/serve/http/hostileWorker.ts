import { answerJobs } from '../../../src/data/workers/workerThread.ts';
import { SerError } from '../../../src/error.ts';
import { analyseClip, type ClipAnalysis, type ClipJob } from '../../../src/serve/predict/analyseClip.ts';

/** The clip worker, but for clips whose name says what goes wrong with them. */
answerJobs<ClipJob, ClipAnalysis>(async (job) => {
  if (job.file.startsWith('hang')) for (;;);
  if (job.file.startsWith('exit')) process.exit(7);
  if (job.file.startsWith('crash')) {
    setTimeout(() => {
      throw new Error('nothing can catch this');
    });
    return new Promise(() => undefined);
  }
  if (job.file.startsWith('model')) throw new SerError('model', 'gender.onnx: it is damaged');
  if (job.file.startsWith('fault')) throw new TypeError('x is not a function');
  const delay = /^slow(\d+)/.exec(job.file)?.[1];
  if (delay) await new Promise((resolve) => setTimeout(resolve, Number(delay)));
  return analyseClip(job);
});

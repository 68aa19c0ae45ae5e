import type { ClipVectors } from '../vectors/extractVectors.ts';
import type { JobKind } from '../workers/executor.ts';
import { workerUrl } from '../workers/workerPool.ts';
import type { PerturbJob } from './perturbClip.ts';

/** The features of a clip under each condition (`perturbClip`). */
export const CONDITIONS_KIND: JobKind<PerturbJob, ClipVectors> = {
  name: 'conditions',
  worker: workerUrl('perturbWorker', import.meta.url),
  mapPaths: ({ noises, ...job }, at) => ({ ...job, path: at(job.path), ...(noises && { noises: noises.map(at) }) }),
};

import type { JobKind } from '../workers/executor.ts';
import { workerUrl } from '../workers/workerPool.ts';
import type { ClipVectors, ExtractJob } from './extractVectors.ts';

/** The features of a clip and of its augmented copies (`extractVectors`). */
export const FEATURES_KIND: JobKind<ExtractJob, ClipVectors> = {
  name: 'features',
  worker: workerUrl('extractWorker', import.meta.url),
  mapPaths: ({ noises, voices, ...job }, at) => ({
    ...job,
    path: at(job.path),
    ...(noises && { noises: noises.map(at) }),
    ...(voices && { voices: voices.map(at) }),
  }),
};

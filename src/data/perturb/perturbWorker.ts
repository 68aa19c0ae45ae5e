import { answerJobs } from '../workerPool.ts';
import { perturbClip } from './perturbClip.ts';

answerJobs(perturbClip);

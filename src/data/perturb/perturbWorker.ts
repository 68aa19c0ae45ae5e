import { answerJobs } from '../workers/workerThread.ts';
import { perturbClip } from './perturbClip.ts';

answerJobs(perturbClip);

import { answerJobs } from '../workerThread.ts';
import { perturbClip } from './perturbClip.ts';

answerJobs(perturbClip);

import { answerJobs } from '../data/workerPool.ts';
import { analyseClip } from './analyseClip.ts';

answerJobs(analyseClip);

import { answerJobs } from '../data/workerThread.ts';
import { analyseClip } from './analyseClip.ts';

answerJobs(analyseClip);

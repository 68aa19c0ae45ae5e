import { answerJobs } from '../../data/workers/workerThread.ts';
import { analyseClip } from './analyseClip.ts';

answerJobs(analyseClip);

import { logMelRows } from './buildLogMels.ts';
import { answerJobs } from '../../../data/workers/workerThread.ts';

answerJobs(logMelRows);

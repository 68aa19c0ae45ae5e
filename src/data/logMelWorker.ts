import { logMelRows } from './buildLogMels.ts';
import { answerJobs } from './workerPool.ts';

answerJobs(logMelRows);

import { logMelRows } from './buildLogMels.ts';
import { answerJobs } from './workerThread.ts';

answerJobs(logMelRows);

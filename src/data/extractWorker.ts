import { extractVectors } from './extractVectors.ts';
import { answerJobs } from './workerThread.ts';

answerJobs(extractVectors);

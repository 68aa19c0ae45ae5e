import { extractVectors } from './extractVectors.ts';
import { answerJobs } from './workerPool.ts';

answerJobs(extractVectors);

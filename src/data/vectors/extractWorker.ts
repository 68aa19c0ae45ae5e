import { extractVectors } from './extractVectors.ts';
import { answerJobs } from '../workers/workerThread.ts';

answerJobs(extractVectors);

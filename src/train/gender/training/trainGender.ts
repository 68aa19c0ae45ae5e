import { rmSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { type Voice, VOICE } from '../voices/voices.ts';
import type { VoiceData } from '../voices/voiceTables.ts';
import { LOG_MEL, subtractTimeMean } from '../../../features/sets/logMel.ts';
import { count, finite } from '../../../files/json.ts';
import { createRandom } from '../../../random.ts';
import { VERSION } from '../../../version.ts';
import { findCheckpoint, writeCheckpoint } from '../../engine/checkpoint.ts';
import { DISTURB_DEFAULTS } from '../voices/disturb.ts';
import { ecapaGraph } from '../ecapa/ecapaGraph.ts';
import { type EcapaContext, type EcapaOptions, fitEcapa } from '../ecapa/fitEcapa.ts';
import { BATCH_DEFAULTS, type BatchOptions, createBatches } from './genderBatches.ts';
import type { GenderJob } from './genderJobs.ts';
import { genderMetadata } from '../ecapa/genderMetadata.ts';
import { openInNode } from '../../../onnx/openInNode.ts';
import { openEcapa } from '../ecapa/openEcapa.ts';
import type { Tensors } from '../ecapa/safetensors.ts';
import { sha256 } from '../../../sha256.ts';

export interface GenderTrainOptions extends EcapaOptions {
  batches: Partial<BatchOptions>;
}

/** A network's prediction for a clip that it was not trained on. */
export interface GenderPrediction extends Voice {
  logits: [male: number, female: number];
}

export interface GenderResult {
  job: string;
  /** Number of training clips and speakers. */
  trained: { clips: number; speakers: number };
  predictions: GenderPrediction[];
  /** Mean loss of each twentieth of the steps. */
  losses: number[];
  seconds: number;
  tensors: Tensors;
}

/** A stored result: names and shapes of the tensors in the state, their values as in a checkpoint. */
const RESULT = v.object({
  job: v.string(),
  trained: v.object({ clips: count, speakers: count }),
  predictions: v.array(v.object({ ...VOICE.entries, logits: v.tuple([finite, finite]) })),
  losses: v.array(finite),
  seconds: finite,
  layout: v.array(v.tuple([v.string(), v.array(count)])),
});

/** Identifies everything on which a result depends. */
function fingerprintOf(job: GenderJob, { key, rows }: VoiceData, options: GenderTrainOptions): string {
  const parts = rows.map((row) => [job.isForTraining(row), job.isForTest(row)].map(Number).join('')).join();
  const settings = [VERSION, job.name, key, options, BATCH_DEFAULTS, DISTURB_DEFAULTS, parts];
  return sha256(JSON.stringify(settings));
}

const pathOf = (folder: string, job: GenderJob): string => join(folder, `${job.name}.result`);

/** @returns undefined if this job has not been done with these data and options */
export function findResult(
  folder: string,
  job: GenderJob,
  data: VoiceData,
  options: GenderTrainOptions,
): GenderResult | undefined {
  const saved = findCheckpoint(pathOf(folder, job), fingerprintOf(job, data, options), { state: RESULT });
  if (!saved || saved.state.layout.length !== saved.tensors.length) return undefined;
  const { layout, ...state } = saved.state;
  const tensors = layout.map(([name, shape], i) => [name, { shape, data: saved.tensors[i] }]);
  return { ...state, tensors: Object.fromEntries(tensors) };
}

/**
 * Does one job and stores its result in a file of the folder.
 * @param folder  of the results; without it nothing is written
 */
export async function trainGender(
  job: GenderJob,
  data: VoiceData,
  options: GenderTrainOptions,
  context: EcapaContext & { folder?: string },
): Promise<GenderResult> {
  const began = performance.now();
  const { folder, ...fit } = context;
  const seed = `${options.seed}/${job.name}`;
  const fingerprint = fingerprintOf(job, data, options);
  const checkpoint = folder && join(folder, `${job.name}.checkpoint`);
  const learnt = data.rows.filter((row) => job.isForTraining(row));
  const batch = createBatches(learnt, options.batches);
  const { tensors, losses } = await fitEcapa(
    (step) => batch(createRandom(`${seed}/batch/${step}`)),
    { ...options, seed },
    { ...fit, ...(checkpoint && { checkpoint: { path: checkpoint, fingerprint } }) },
  );
  const predictions = await predictRows(job, data, tensors);
  const state = {
    job: job.name,
    trained: {
      clips: learnt.filter(({ copy }) => copy === 0).length,
      speakers: new Set(learnt.map(({ speaker }) => speaker)).size,
    },
    predictions,
    losses: Array.from({ length: 20 }, (_, i) =>
      mean(losses.slice(...[i, i + 1].map((edge) => Math.round((edge * losses.length) / 20)))),
    ),
    seconds: Math.round((performance.now() - began) / 1000),
  };
  if (folder && checkpoint) {
    const layout = Object.entries(tensors).map(([name, { shape }]) => [name, shape]);
    const values = Object.values(tensors).map(({ data }) => data);
    writeCheckpoint(pathOf(folder, job), fingerprint, { state: { ...state, layout }, tensors: values });
    rmSync(checkpoint, { force: true });
  }
  return { ...state, tensors };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** The exported network's logits for the test clips, each as a whole. */
async function predictRows(job: GenderJob, { rows }: VoiceData, tensors: Tensors): Promise<GenderPrediction[]> {
  const network = await openEcapa(ecapaGraph(tensors).toBytes(genderMetadata({ source: job.name })), openInNode);
  const predictions: GenderPrediction[] = [];
  for (const row of rows) {
    if (row.copy !== 0 || !job.isForTest(row)) continue;
    const { corpus, id, speaker, gender, channel, values } = row;
    const frames = { data: values.slice(), frames: values.length / LOG_MEL.mels, bins: LOG_MEL.mels };
    predictions.push({ corpus, id, speaker, gender, channel, logits: await network.logits(subtractTimeMean(frames)) });
  }
  await network.close();
  return predictions;
}

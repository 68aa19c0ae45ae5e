import { toCsv } from '../../../files/csv.ts';
import { POSTERIOR_COLUMNS } from '../voices/genderPosteriors.ts';
import { VOICE_LICENCES, type VoiceCorpus } from '../voices/voices.ts';
import { type Content, jsonText, writeFileAtomic } from '../../../files/files.ts';
import { replaceFileSet } from '../../../files/fileSet.ts';
import { LOG_MEL, logMel } from '../../../features/sets/logMel.ts';
import { createRandom } from '../../../random.ts';
import { VERSION } from '../../../version.ts';
import { ecapaGraph } from '../ecapa/ecapaGraph.ts';
import type { Engine } from '../../engine/engine.ts';
import { genderCard, type GenderMetrics } from './genderCard.ts';
import type { RunJobs } from './genderJobs.ts';
import { GENDER_MODEL_FILES, genderMetadata } from '../ecapa/genderMetadata.ts';
import { calibrate, measureDoubt, scoreGender, type StrangerPrediction, uncalibrated } from './genderScores.ts';
import { openInNode } from '../../../onnx/openInNode.ts';
import { openEcapa } from '../ecapa/openEcapa.ts';
import type { GenderResult } from './trainGender.ts';

export interface GenderOutputOptions {
  /** Folder for `gender.onnx`, `metrics.json` and `MODEL_CARD.md`. */
  out: string;
  /** File for the predictions of networks that have heard nothing of the corpus. Default: none is written. */
  strangers?: string;
  jobs: RunJobs;
  /** Corpora that the run left out. Default: none. */
  without?: readonly VoiceCorpus[];
  seed: number;
  steps: number;
  command: string;
  engine: Pick<Engine, 'name' | 'version'>;
}

/**
 * Writes the model, its figures and its card.
 * @param results  of the run's jobs, by name
 */
export async function writeGender(
  results: ReadonlyMap<string, GenderResult>,
  options: GenderOutputOptions,
): Promise<GenderMetrics> {
  const { out, strangers, jobs, without = [], seed, steps, command, engine } = options;
  const final = results.get(jobs.final.name)!;
  // The model itself has heard nothing of a corpus that the whole run leaves out.
  const ofSiblings = [...jobs.siblings].flatMap(([name, { name: job }]) =>
    results.get(job)!.predictions.filter(({ corpus }) => corpus === name),
  );
  // With no strangers among what it learns from, the model stays as its label smoothing has it.
  const { rows, calibration } = ofSiblings.length > 0 ? calibrate(ofSiblings) : uncalibrated(final.predictions);
  const corpora = VOICE_LICENCES.filter(({ name }) => !without.some((corpus) => corpus === name));
  const source = `gender-ser ${VERSION}, trained on ${corpora.map(({ name }) => name).join(', ')}, seed ${seed}, ${steps} steps`;
  const bytes = ecapaGraph(final.tensors).toBytes(
    genderMetadata({ source, temperature: calibration.temperature, corpora }),
  );
  const metrics: GenderMetrics = {
    command,
    versions: { 'gender-ser': VERSION, node: process.versions.node, [`TensorFlow (${engine.name})`]: engine.version },
    seed,
    steps,
    corpora,
    parameters: Object.values(final.tensors).reduce((sum, { data }) => sum + data.length, 0),
    bytes: bytes.length,
    trained: final.trained,
    outOfCorpus: scoreGender(rows, 'nothing of the corpus learnt from'),
    calibration,
    doubt: measureDoubt(rows),
    latency: await measureLatency(bytes),
  };
  const files = new Map<string, Content>([['gender.onnx', bytes]]);
  replaceFileSet(
    out,
    GENDER_MODEL_FILES,
    files.set('metrics.json', jsonText(metrics)).set('MODEL_CARD.md', genderCard(metrics)),
  );
  if (strangers) writeFileAtomic(strangers, toCsv([POSTERIOR_COLUMNS, ...rows.map(csvRow)]));
  return metrics;
}

function csvRow({ corpus, id, speaker, gender, logits, temperature }: StrangerPrediction): (string | number)[] {
  return [corpus, id, speaker, gender, corpus, ...[...logits, temperature].map((value) => value.toFixed(4))];
}

async function measureLatency(bytes: Uint8Array): Promise<GenderMetrics['latency']> {
  const random = createRandom('latency');
  const signal = Float32Array.from({ length: 4 * LOG_MEL.sampleRate }, () => 0.1 * random.normal());
  const network = await openEcapa(bytes, openInNode);
  const times = { logMel: [] as number[], network: [] as number[] };
  for (let i = 0; i < 25; i++) {
    const start = performance.now();
    const frames = logMel(signal);
    const between = performance.now();
    await network.logits(frames);
    times.logMel.push(between - start);
    times.network.push(performance.now() - between);
  }
  await network.close();
  // The first ones are warm-up.
  const median = (values: number[]): number => values.slice(5).sort((a, b) => a - b)[10];
  return { logMel: median(times.logMel), network: median(times.network) };
}

import { toCsv } from '../../../files/csv.ts';
import { POSTERIOR_COLUMNS } from '../voices/genderPosteriors.ts';
import { type Voice, VOICE_LICENCES, type VoiceCorpus } from '../voices/voices.ts';
import type { VoiceVectors } from '../voices/voiceTables.ts';
import { encoderOf } from '../../families/licence.ts';
import { fitHead, HEAD, headMargin, type VoiceHead } from '../head/voiceHead.ts';
import { featureSet } from '../../../data/embeddings/load.ts';
import { type Content, jsonText, writeFileAtomic } from '../../../files/files.ts';
import { replaceFileSet } from '../../../files/fileSet.ts';
import { LOG_MEL, logMel } from '../../../features/sets/logMel.ts';
import { createRandom } from '../../../random.ts';
import { VERSION } from '../../../version.ts';
import { ecapaGraph } from '../ecapa/ecapaGraph.ts';
import type { Engine } from '../../engine/engine.ts';
import { genderCard, type GenderMetrics } from './genderCard.ts';
import type { GenderJob, RunJobs } from './genderJobs.ts';
import { GENDER_MODEL_FILES, genderMetadata } from '../ecapa/genderMetadata.ts';
import { calibrate, measureDoubt, scoreGender, type StrangerPrediction, uncalibrated } from './genderScores.ts';
import { openInNode } from '../../../onnx/openInNode.ts';
import { openEcapa } from '../ecapa/openEcapa.ts';
import type { GenderPrediction, GenderResult } from './trainGender.ts';

export interface GenderOutputOptions {
  /** Folder for `gender.onnx`, `metrics.json` and `MODEL_CARD.md`. */
  out: string;
  /** File for the predictions of networks that have heard nothing of the corpus. Default: none is written. */
  strangers?: string;
  jobs: RunJobs;
  /** Of all voices, for the heads. */
  vectors: VoiceVectors;
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
  const { head, predictions } = withHead(jobs.final, final, options.vectors);
  // The model itself has heard nothing of a corpus that the whole run leaves out.
  const ofSiblings = [...jobs.siblings].flatMap(([name, job]) =>
    withHead(job, results.get(job.name)!, options.vectors).predictions.filter(({ corpus }) => corpus === name),
  );
  // With no strangers among what it learns from, the model stays as its label smoothing has it.
  const { rows, calibration } = ofSiblings.length > 0 ? calibrate(ofSiblings) : uncalibrated(predictions);
  const corpora = VOICE_LICENCES.filter(({ name }) => !without.some((corpus) => corpus === name));
  const sources = [...corpora, ...encoderOf(HEAD.features)];
  const source = `gender-ser ${VERSION}, trained on ${corpora.map(({ name }) => name).join(', ')}, seed ${seed}, ${steps} steps`;
  const bytes = ecapaGraph(final.tensors, { head }).toBytes(
    genderMetadata({ source, temperature: calibration.temperature, features: HEAD.features, corpora: sources }),
  );
  const metrics: GenderMetrics = {
    command,
    versions: { 'gender-ser': VERSION, node: process.versions.node, [`TensorFlow (${engine.name})`]: engine.version },
    seed,
    steps,
    corpora: sources,
    parameters: Object.values(final.tensors).reduce((sum, { data }) => sum + data.length, head.weights.length + 1),
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

/** The head of a training, from the voices that its network learns from, and the predictions of both together. */
function withHead(
  job: GenderJob,
  { predictions }: GenderResult,
  { names, rows }: VoiceVectors,
): { head: VoiceHead; predictions: GenderPrediction[] } {
  const head = fitHead(
    rows.filter((row) => job.isForTraining(row)),
    names,
  );
  const keyOf = ({ corpus, id }: Voice): string => `${corpus}/${id}`;
  const vectorOf = new Map(rows.map((row) => [keyOf(row), row.vector]));
  return {
    head,
    predictions: predictions.map((row) => {
      const half = headMargin(head, vectorOf.get(keyOf(row))!) / 2;
      const [male, female] = row.logits;
      return { ...row, logits: [male - half, female + half] };
    }),
  };
}

function csvRow({ corpus, id, speaker, gender, logits, temperature }: StrangerPrediction): (string | number)[] {
  return [corpus, id, speaker, gender, corpus, ...[...logits, temperature].map((value) => value.toFixed(4))];
}

async function measureLatency(bytes: Uint8Array): Promise<GenderMetrics['latency']> {
  const random = createRandom('latency');
  const signal = Float32Array.from({ length: 4 * LOG_MEL.sampleRate }, () => 0.1 * random.normal());
  const network = await openEcapa(bytes, openInNode, { withVoice: true });
  const set = featureSet(HEAD.features);
  const times = { logMel: [] as number[], network: [] as number[], voice: [] as number[] };
  for (let i = 0; i < 25; i++) {
    const start = performance.now();
    const frames = logMel(signal);
    const between = performance.now();
    const voice = await set.extract(signal.slice());
    const after = performance.now();
    await network.logits(frames, voice);
    times.logMel.push(between - start);
    times.voice.push(after - between);
    times.network.push(performance.now() - after);
  }
  await network.close();
  // The first ones are warm-up.
  const median = (values: number[]): number => values.slice(5).sort((a, b) => a - b)[10];
  return { logMel: median(times.logMel), network: median(times.network), voice: median(times.voice) };
}

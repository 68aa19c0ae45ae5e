import { toCsv } from '../../../files/csv.ts';
import { POSTERIOR_COLUMNS } from '../voices/genderPosteriors.ts';
import { VOICE_CORPORA, VOICE_LICENCES } from '../voices/voices.ts';
import { type Content, jsonText, writeFileAtomic } from '../../../files/files.ts';
import { replaceFileSet } from '../../../files/fileSet.ts';
import { LOG_MEL, logMel } from '../../../features/sets/logMel.ts';
import { createRandom } from '../../../random.ts';
import { VERSION } from '../../../version.ts';
import { ecapaGraph } from '../ecapa/ecapaGraph.ts';
import type { Engine } from '../../engine/engine.ts';
import { genderCard, type GenderMetrics } from './genderCard.ts';
import { FINAL_JOB } from './genderJobs.ts';
import { GENDER_MODEL_FILES, genderMetadata } from '../ecapa/genderMetadata.ts';
import { calibrate, type OutOfFold, scoreGender } from './genderScores.ts';
import { openInNode } from '../../../onnx/openInNode.ts';
import { openEcapa } from '../ecapa/openEcapa.ts';
import type { GenderResult } from './trainGender.ts';

export const OUT_OF_FOLD_FILE = 'data/features/gender-out-of-fold.csv';

export interface GenderOutputOptions {
  /** Folder for `gender.onnx`, `metrics.json` and `MODEL_CARD.md`. */
  out: string;
  /** File for the out-of-fold predictions. */
  outOfFold: string;
  seed: number;
  steps: number;
  command: string;
  engine: Pick<Engine, 'name' | 'version'>;
}

/**
 * Writes the model, its figures and its card.
 * @param results  of the folds, of the training on everything, and optionally across corpora
 */
export async function writeGender(
  results: readonly GenderResult[],
  options: GenderOutputOptions,
): Promise<GenderMetrics> {
  const { out, outOfFold, seed, steps, command, engine } = options;
  const folds = results.filter(({ job }) => job.startsWith('fold-'));
  const final = results.find(({ job }) => job === FINAL_JOB)!;
  const { rows, calibration } = calibrate(folds);
  const crossCorpus = VOICE_CORPORA.flatMap((corpus) => {
    const result = results.find(({ job }) => job === `cross-${corpus}`);
    const others = VOICE_CORPORA.filter((one) => one !== corpus).join(' and ');
    return result ? scoreGender(result.predictions, `trained on ${others}`) : [];
  });
  const source = `gender-ser ${VERSION}, trained on ${VOICE_CORPORA.join(', ')}, seed ${seed}, ${steps} steps`;
  const bytes = ecapaGraph(final.tensors).toBytes(
    genderMetadata({ source, temperature: calibration.temperature, corpora: VOICE_LICENCES }),
  );
  const metrics: GenderMetrics = {
    command,
    versions: { 'gender-ser': VERSION, node: process.versions.node, [`TensorFlow (${engine.name})`]: engine.version },
    seed,
    steps,
    folds: folds.length,
    parameters: Object.values(final.tensors).reduce((sum, { data }) => sum + data.length, 0),
    bytes: bytes.length,
    trained: final.trained,
    outOfFold: scoreGender(rows, `${folds.length} folds, speakers apart`),
    crossCorpus,
    calibration,
    latency: await measureLatency(bytes),
  };
  const files = new Map<string, Content>([['gender.onnx', bytes]]);
  replaceFileSet(
    out,
    GENDER_MODEL_FILES,
    files.set('metrics.json', jsonText(metrics)).set('MODEL_CARD.md', genderCard(metrics)),
  );
  writeFileAtomic(outOfFold, toCsv([POSTERIOR_COLUMNS, ...rows.map(csvRow)]));
  return metrics;
}

function csvRow({ corpus, id, speaker, gender, fold, logits, temperature }: OutOfFold): (string | number)[] {
  return [corpus, id, speaker, gender, fold.replace('fold-', ''), ...[...logits, temperature].map((value) => value.toFixed(4))]; // prettier-ignore
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

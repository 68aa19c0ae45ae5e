import { SerError } from '../src/error.ts';
import { LOG_MEL, logMel } from '../src/features/sets/logMel.ts';
import { memoize } from '../src/memoize.ts';
import { cutGraph } from '../src/onnx/cutGraph.ts';
import { openInNode } from '../src/onnx/openInNode.ts';
import { readGraph } from '../src/onnx/readGraph.ts';
import { readModel } from '../src/onnx/readModel.ts';
import { readOnnxWeights } from '../src/onnx/weights.ts';
import { ECAPA } from '../src/train/gender/ecapa/ecapaWeights.ts';
import { ECAPA_INPUT } from '../src/train/gender/ecapa/genderMetadata.ts';

const OUTPUT = 'voice';

/** Samples of which the embedding is computed at most, the first ten seconds. */
const LONGEST = 10 * LOG_MEL.sampleRate;

/** What a voice is like, for telling speakers apart. */
export type EmbedVoice = (signal: Float32Array) => Promise<Float32Array>;

/**
 * The values that a gender network pools over time, the attentive mean and deviation of its channels, each less its mean over the training data
 * and divided by its deviation there (the network's own `bn5`). Learnt for genders only, they also tell many speakers of one gender apart.
 * @param path  of a gender model in ONNX; opened once in each thread
 * @returns of a signal, mono, 16 kHz: two values per channel
 * @throws {SerError} `model` if the file cannot be read or has other layers
 */
export const voiceEmbedding = memoize(async (path: string): Promise<EmbedVoice> => {
  const bytes = await readModel(path, 'gender model');
  const graph = readGraph(bytes, path);
  const weights = readOnnxWeights(bytes, path);
  const [mean, variance] = ['bn5.running_mean', 'bn5.running_var'].map((name) => weights.get(name)?.data);
  const pooled = graph.nodes.find(({ inputs }) => inputs.includes('bn5.running_mean'))?.inputs[0];
  if (!mean || !variance || !pooled) throw new SerError('model', `${path} has no pooled values (bn5): speakers cannot be told apart with it.`); // prettier-ignore
  const { run } = await openInNode(cutGraph(bytes, graph, pooled, OUTPUT), { threads: 1 });
  return async (signal) => {
    const { data, frames, bins } = logMel(signal.subarray(0, LONGEST));
    const values = (await run({ [ECAPA_INPUT]: { data, shape: [1, frames, bins] } }))[OUTPUT].data;
    return values.map((value, i) => (value - mean[i]) / Math.sqrt(variance[i] + ECAPA.epsilon));
  };
});

/**
 * Cosine of the embeddings of two voices from which they count as one speaker: that of equal errors on pairs of utterances of training speakers
 * (`npm run bench -- diarisation`).
 */
export const SAME_SPEAKER = 0.73;

/** A merge of two clusters, which are known by one of their members. */
interface Merge {
  a: number;
  b: number;
  similarity: number;
}

/**
 * Groups voices: agglomerative clustering with average linkage on the cosine of their embeddings, by chains of nearest neighbours
 * (Benzécri, 1982; Müllner, 2011, arXiv:1109.2378), in time and memory that grow with the square of their number.
 * @param embeddings  of the utterances
 * @param threshold  clusters whose mean similarity is at least this are one
 * @returns the cluster of each, counted from 0 in the order in which they first occur
 */
export function clusterVoices(embeddings: readonly Float32Array[], threshold: number): number[] {
  const parent = embeddings.map((_, i) => i);
  const root = (i: number): number => (parent[i] === i ? i : (parent[i] = root(parent[i])));
  for (const { a, b, similarity } of merges(embeddings)) if (similarity >= threshold) parent[root(b)] = root(a);
  const numbers = new Map<number, number>();
  return embeddings.map((_, i) => {
    const found = numbers.get(root(i)) ?? numbers.size;
    numbers.set(root(i), found);
    return found;
  });
}

/** All merges down to one cluster. Average linkage is reducible: none of them depends on the order in which chains find them. */
function merges(embeddings: readonly Float32Array[]): Merge[] {
  const similarity = cosines(embeddings);
  const sizes = embeddings.map(() => 1);
  const left = new Set(sizes.keys());
  const chain: number[] = [];
  const found: Merge[] = [];
  while (left.size > 1) {
    if (chain.length === 0) chain.push(left.values().next().value!);
    const last = chain.at(-1)!;
    const before = chain.at(-2);
    let nearest = before ?? -1;
    for (const other of left) {
      if (other === last) continue;
      if (nearest < 0 || similarity[last][other] > similarity[last][nearest]) nearest = other;
    }
    if (nearest !== before) {
      chain.push(nearest);
      continue;
    }
    chain.length -= 2;
    found.push({ a: nearest, b: last, similarity: similarity[last][nearest] });
    const size = sizes[nearest] + sizes[last];
    for (const other of left) {
      if (other === nearest || other === last) continue;
      const mean = (sizes[nearest] * similarity[nearest][other] + sizes[last] * similarity[last][other]) / size;
      similarity[nearest][other] = similarity[other][nearest] = mean;
    }
    sizes[nearest] = size;
    left.delete(last);
  }
  return found;
}

function cosines(embeddings: readonly Float32Array[]): Float32Array[] {
  const norms = embeddings.map((values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)) || 1);
  const rows = embeddings.map(() => new Float32Array(embeddings.length));
  embeddings.forEach((one, i) => {
    for (let j = 0; j < i; j++) {
      const other = embeddings[j];
      let product = 0;
      for (let k = 0; k < one.length; k++) product += one[k] * other[k];
      rows[i][j] = rows[j][i] = product / norms[i] / norms[j];
    }
  });
  return rows;
}

import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { loadAudio } from '../src/data/audio/load.ts';
import { speechDetector } from '../src/data/speech/load.ts';
import { speechSpans } from '../src/data/speech/spans.ts';
import { cutUtterances } from '../src/data/speech/utteranceStream.ts';
import { SerError } from '../src/error.ts';
import { diarisationError, type DiarisationError, type Turn } from '../src/eval/metrics/diarisation.ts';
import { joinSamples } from '../src/features/join.ts';
import { SAMPLE_RATE } from '../src/features/types.ts';
import { parseCsv } from '../src/files/csv.ts';
import { readText } from '../src/files/files.ts';
import { createRandom } from '../src/random.ts';
import { findGenderModel } from '../src/serve/predict/modelFiles.ts';
import { record } from './record.ts';
import { clusterVoices, SAME_SPEAKER, voiceEmbedding } from './voices.ts';

interface Arguments {
  clips: number;
}

/** Silence between two clips of a mixture. */
const PAUSE = new Float32Array(0.5 * SAMPLE_RATE);

export const diarisation: CommandModule<object, Arguments> = {
  command: 'diarisation',
  describe:
    'no timing, but the diarisation error rate on joined clips of two speakers, with a threshold of other speakers',
  builder: (args) => args.option('clips', { type: 'number', default: 5, describe: 'of each speaker in a mixture' }),
  handler: async ({ clips: each }) => {
    const root = join(process.env.SER_CORPORA ?? fail('Name the folder of the corpora: SER_CORPORA=…'), 'librispeech-mini'); // prettier-ignore
    const [header, ...rows] = parseCsv(readText(join(root, 'clips.csv'), 'table'));
    const column = (name: string) => (row: string[]) => row[header.indexOf(name)];
    const clips = rows.map((row) => ({ file: join(root, column('file')(row)), speaker: column('speaker')(row), gender: column('gender')(row), test: column('subset')(row).startsWith('test') })); // prettier-ignore
    const embed = await voiceEmbedding(findGenderModel());
    const voicesOf = async (signal: Float32Array) => {
      const voices = [];
      for await (const { start, end, samples } of cutUtterances(whole(signal), await speechDetector())) {
        voices.push({ start, end, embedding: await embed(samples) });
      }
      return voices;
    };

    const training: { speaker: string; embedding: Float32Array }[] = [];
    for (const { file, speaker } of clips.filter(({ test }) => !test)) {
      training.push(...(await voicesOf(await loadAudio(file))).map(({ embedding }) => ({ speaker, embedding })));
    }
    const equal = equalErrorThreshold(training);
    console.error(`threshold of equal errors on ${training.length} utterances of training speakers: ${equal.toFixed(2)}; in use: ${SAME_SPEAKER}`); // prettier-ignore

    const speakers = [...new Map(clips.filter(({ test }) => test).map((clip) => [clip.speaker, clip.gender]))];
    const random = createRandom('mixtures of two speakers');
    const errors: (DiarisationError & { same: boolean; found: number })[] = [];
    for (const [i, [one, gender]] of speakers.entries()) {
      for (const [other, otherGender] of speakers.slice(0, i)) {
        const chosen = [one, other].flatMap((name) => random.shuffle(clips.filter(({ test, speaker }) => test && speaker === name)).slice(0, each)); // prettier-ignore
        const { signal, turns } = await mixture(random.shuffle(chosen));
        const voices = await voicesOf(signal);
        const found = clusterVoices(voices.map(({ embedding }) => embedding), SAME_SPEAKER); // prettier-ignore
        const named = voices.map(({ start, end }, v): Turn => ({ start, end, speaker: String(found[v]) }));
        errors.push({ ...diarisationError(turns, named), same: gender === otherGender, found: new Set(found).size });
      }
    }
    const percent = (share: (error: DiarisationError) => number, some = errors) => some.map((error) => 100 * share(error)); // prettier-ignore
    const rate = ({ rate }: DiarisationError): number => rate;
    const total = (key: 'missed' | 'falseAlarm' | 'confusion' | 'speech') =>
      errors.reduce((sum, one) => sum + one[key], 0);
    const pooled = (100 * (total('missed') + total('falseAlarm') + total('confusion'))) / total('speech');
    record('diarisation', {
      title: 'Who speaks: diarisation error rate on joined clips of two speakers',
      unit: '% of the speech',
      measurements: [
        { what: 'DER', values: percent(rate) },
        { what: 'DER, two of one gender', values: percent(rate, errors.filter(({ same }) => same)) },
        { what: 'DER, a man and a woman', values: percent(rate, errors.filter(({ same }) => !same)) },
        { what: 'missed', values: percent(({ missed, speech }) => missed / speech) },
        { what: 'false alarm', values: percent(({ falseAlarm, speech }) => falseAlarm / speech) },
        { what: 'confusion', values: percent(({ confusion, speech }) => confusion / speech) },
      ], // prettier-ignore
      notes: [
        `All mixtures together: DER ${pooled.toFixed(1)} %; ${errors.filter(({ found }) => found === 2).length} of ${errors.length} are found to have two speakers.`,
        `A round is a mixture: ${each} clips of 6 s of each of two speakers of LibriSpeech's test-other, in random order (seed \`mixtures of two speakers\`), half a second apart; every pair of the ten speakers once.`,
        `Right are the spans of speech of each clip alone. No collar. The threshold, ${SAME_SPEAKER}, is that of equal errors on pairs of utterances of train-clean-100 (${equal.toFixed(2)} in this run).`,
        'Each speaker of LibriSpeech has a room and a microphone of their own, which helps: expect more errors where people share one.',
      ],
    });
  },
};

async function mixture(
  clips: readonly { file: string; speaker: string }[],
): Promise<{ signal: Float32Array; turns: Turn[] }> {
  const parts: Float32Array[] = [];
  const turns: Turn[] = [];
  let at = 0;
  for (const { file, speaker } of clips) {
    const clip = await loadAudio(file);
    const spans = speechSpans(await (await speechDetector()).probabilities(clip), clip.length / SAMPLE_RATE);
    turns.push(...spans.map(({ start, end }) => ({ start: at + start, end: at + end, speaker })));
    parts.push(clip, PAUSE);
    at += (clip.length + PAUSE.length) / SAMPLE_RATE;
  }
  return { signal: joinSamples(parts), turns };
}

async function* whole(signal: Float32Array): AsyncGenerator<Float32Array, undefined> {
  yield signal;
  return undefined;
}

/** The similarity below which as large a share of pairs of one speaker lies as of pairs of two lies above. */
function equalErrorThreshold(voices: readonly { speaker: string; embedding: Float32Array }[]): number {
  const [same, different]: number[][] = [[], []];
  voices.forEach((one, i) => {
    for (const other of voices.slice(0, i)) {
      (one.speaker === other.speaker ? same : different).push(cosine(one.embedding, other.embedding));
    }
  });
  const below = (values: readonly number[], t: number): number => values.filter((value) => value < t).length / values.length; // prettier-ignore
  const steps = Array.from({ length: 201 }, (_, i) => i / 100 - 1);
  return steps.find((t) => below(same, t) >= 1 - below(different, t)) ?? 1;
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [product, first, second] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i] * b[i];
    first += a[i] * a[i];
    second += b[i] * b[i];
  }
  return product / Math.sqrt(first * second);
}

function fail(message: string): never {
  throw new SerError('usage', message);
}

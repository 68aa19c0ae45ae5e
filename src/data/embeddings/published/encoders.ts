import type { HubRepository } from '../../../files/hub.ts';
import type { EncoderInput } from '../encoders/encoder.ts';
import { ENCODER_FILES } from '../encoders/encoderPlace.ts';

/*
 * Published encoders, as their publishers describe them. None of the downloaded ones was measured here: what is said of their worth is
 * the finding of others, with its source, and what has no source is left out.
 */

/** A file of an encoder, and where it is published. */
export interface PublishedFile {
  /** Path in the repository, or in the folder of a mirror. */
  path: string;
  /** Name in the encoder's own folder. */
  as: string;
  /** Repository of the Hugging Face hub, or the address of the folder elsewhere. */
  source: HubRepository | string;
  /** Size as published, rounded, in millions of bytes. */
  megabytes?: number;
  /** If the publisher shows it; otherwise the checksum of the first download is remembered. */
  sha256?: string;
  /** Name of the file in it, if the published one is an archive. */
  member?: string;
}

/** A finding about emotions in speech. */
export interface Finding {
  text: string;
  source: string;
}

export interface PublishedEncoder {
  /** Name as a feature set, and of its folder. */
  name: string;
  title: string;
  paper: string;
  input: EncoderInput;
  licence: string;
  /** Values of a frame. */
  dimensions: number;
  /** Frames a second, in Hz. */
  frameRate: number;
  /** Transformer layers; undefined for other networks. */
  layers?: number;
  /** What the graph's own output is, if that is not frames: then a layer has to be chosen. */
  output?: string;
  /** The part that works best for emotions by published findings. */
  best: Finding;
  findings: readonly Finding[];
  /** To be fetched in this order, the graph last; none if the encoder ships with the toolkit. */
  files: readonly PublishedFile[];
  /** Settings that belong to the graph but are published nowhere as a file. */
  settings?: Readonly<Record<string, unknown>>;
  /** Why it cannot be downloaded, and how to obtain it. */
  instead?: string;
}

const PEFT_SER = 'PEFT-SER, table of pypi.org/project/peft-ser 0.0.5';
const EMOBOX = 'EmoBox, emo-box.github.io, intra-corpus; averaged over epochs, a lower bound';

/** In PEFT-SER's words "without PEFT" and "with LoRa": four emotions of IEMOCAP, MSP-Improv, MSP-Podcast and CREMA-D together. */
const peftSer = (frozen: number, lora: number): Finding => ({
  text: `UAR ${frozen.toFixed(2)} % frozen, ${lora.toFixed(2)} % with LoRA, over four emotions of four corpora (WavLM large: 68.54, 68.66)`,
  source: PEFT_SER,
});

const emoBox = (model: string, accuracy: number): Finding => ({
  text: `accuracy ${accuracy.toFixed(2)} % on RAVDESS with ${model} frozen, speakers apart`,
  source: EMOBOX,
});

const MIDDLE: Finding = { text: 'a middle one; which one is not known here', source: 'arXiv:2308.08713' };

/** Graph and settings in a repository of the hub. */
function hubFiles(source: HubRepository, path: string, megabytes: number, sha256?: string): PublishedEncoder['files'] {
  return [
    { path: ENCODER_FILES.settings, as: ENCODER_FILES.settings, source },
    { path, as: ENCODER_FILES.model, source, megabytes, ...(sha256 && { sha256 }) },
  ];
}

/** What the encoders of the size "base" have in common. */
const BASE = { input: 'waveform', dimensions: 768, frameRate: 50, layers: 12, best: MIDDLE } as const;

const WAVLM = {
  ...BASE,
  paper: 'arXiv:2110.13900',
  licence: 'that of github.com/microsoft/UniSpeech by its model card; MIT by the documentation of torchaudio',
} as const;

const WAVLM_SOURCE = { repository: 'Xenova/wavlm-base-plus', revision: '600521003b8a0a26b5839698c96049c98759c76d' };

export const PUBLISHED_ENCODERS: readonly PublishedEncoder[] = [
  {
    name: 'speech-embedding',
    title: 'speech_embedding (Google)',
    paper: 'arXiv:2002.01322',
    input: 'waveform',
    licence: 'Apache-2.0',
    dimensions: 288,
    frameRate: 25,
    best: { text: 'stages 2, 3 and 4 together', source: 'measured here, docs/embeddings.md' },
    findings: [
      { text: 'UAR .624 on luna-5fold, joined with the 186 features', source: 'measured here, docs/adaptation.md' },
    ],
    files: [],
  },
  {
    name: 'moonshine',
    title: 'Moonshine tiny (Useful Sensors), the first half of its encoder',
    paper: 'arXiv:2410.15608',
    input: 'waveform',
    licence: 'MIT',
    dimensions: 288,
    frameRate: 41.7,
    layers: 3,
    best: { text: 'layers 1, 2 and 3 together', source: 'measured here, docs/moonshine.md' },
    findings: [
      { text: 'UAR .745 on luna-5fold, by the recipe of the default models', source: 'measured here, docs/results.md' },
    ],
    files: [],
  },
  {
    ...BASE,
    name: 'wav2vec2-base-960h',
    title: 'wav2vec 2.0 base, fine-tuned on 960 h of LibriSpeech',
    paper: 'arXiv:2006.11477',
    licence: 'Apache-2.0',
    output: 'letters of speech recognition',
    findings: [emoBox('wav2vec 2.0 base (not fine-tuned)', 55.4)],
    files: hubFiles(
      { repository: 'Xenova/wav2vec2-base-960h', revision: '9ce1509b228e594b70ed699f6f0993cefdc59bf5' },
      'onnx/model.onnx',
      378,
    ),
  },
  {
    ...WAVLM,
    name: 'wavlm-base-plus',
    title: 'WavLM Base+',
    findings: [peftSer(63.06, 66.11), emoBox('WavLM Base (not Base+)', 62.1)],
    files: hubFiles(WAVLM_SOURCE, 'onnx/model.onnx', 378),
  },
  {
    ...WAVLM,
    name: 'wavlm-base-plus-int8',
    title: 'WavLM Base+, weights of 8 bits',
    findings: [{ text: 'as wavlm-base-plus; what the 8 bits cost is not known', source: 'no source found' }],
    files: hubFiles(WAVLM_SOURCE, 'onnx/model_quantized.onnx', 95.4),
  },
  {
    ...BASE,
    name: 'hubert-base-ls960',
    title: 'HuBERT base',
    paper: 'arXiv:2106.07447',
    licence: 'Apache-2.0',
    findings: [emoBox('HuBERT base', 66.21)],
    files: hubFiles(
      { repository: 'Xenova/hubert-base-ls960', revision: '605602b14ca8b3bfe9a3f6d28bfc7120e27d8223' },
      'onnx/model.onnx',
      378,
      'c6fcb81a8315972f672b9433e85886fda467b9c6d76f1799e5bf01f8c68f915b',
    ),
  },
  {
    ...BASE,
    name: 'distilhubert',
    title: 'DistilHuBERT',
    paper: 'arXiv:2110.01900',
    licence: 'Apache-2.0',
    layers: 2,
    best: { text: 'not known', source: 'no source found' },
    findings: [
      { text: 'a quarter of the size of HuBERT base and "most of its performance"', source: 'arXiv:2110.01900' },
    ],
    files: [],
    instead:
      'its publisher (ntu-spml/distilhubert on the Hugging Face hub, 94 MB) offers no ONNX file. Export one with ' +
      '`optimum-cli export onnx --model ntu-spml/distilhubert FOLDER`, and name the feature set onnx:FOLDER/model.onnx',
  },
  {
    name: 'whisper-tiny',
    title: 'Whisper tiny, encoder',
    paper: 'arXiv:2212.04356',
    input: 'log-mel',
    licence: 'Apache-2.0',
    dimensions: 384,
    frameRate: 50,
    layers: 4,
    best: { text: 'all layers, averaged with learnt weights', source: 'PEFT-SER, arXiv:2306.05350' },
    findings: [peftSer(62.26, 63.48)],
    files: hubFiles(
      { repository: 'Xenova/whisper-tiny', revision: '5662de310e608bbd6226553010e9c7baa4e1d02b' },
      'onnx/encoder_model.onnx',
      32.9,
      '39e81b6c86a5b2b4beda1bb3145486a769d594801f780a66cad1ae72c7ad2c5e',
    ),
  },
  {
    name: 'whisper-base',
    title: 'Whisper base, encoder',
    paper: 'arXiv:2212.04356',
    input: 'log-mel',
    licence: 'Apache-2.0',
    dimensions: 512,
    frameRate: 50,
    layers: 6,
    best: { text: 'all layers, averaged with learnt weights', source: 'PEFT-SER, arXiv:2306.05350' },
    findings: [peftSer(64.39, 64.92)],
    files: hubFiles(
      { repository: 'Xenova/whisper-base', revision: '9226b958253551c6db13a6f43837e1b46918e620' },
      'onnx/encoder_model.onnx',
      82.5,
    ),
  },
  {
    name: 'w2v2-l-robust-12',
    title: 'wav2vec 2.0 large robust, 12 layers, fine-tuned on arousal, dominance and valence (audEERING)',
    paper: 'arXiv:2203.07378',
    input: 'waveform',
    licence: 'CC BY-NC-SA 4.0: no commercial use',
    dimensions: 1024,
    frameRate: 50,
    layers: 12,
    output: 'arousal, dominance, valence, and a mean over time',
    best: { text: 'the last, averaged over time', source: 'github.com/audeering/w2v2-how-to' },
    findings: [
      {
        text: 'UAR above 93 % on EmoDB with a support vector machine (ComParE: 77 %)',
        source: 'github.com/audeering/w2v2-how-to, notebook',
      },
    ],
    files: [
      {
        path: 'w2v2-L-robust-12.6bc4a7fd-1.1.0.zip',
        as: ENCODER_FILES.model,
        source: 'https://zenodo.org/record/6221127/files/',
        member: 'model.onnx',
      },
    ],
    // The graph takes samples as they are (`transform: None` in its model.yaml).
    settings: { feature_extractor_type: 'Wav2Vec2FeatureExtractor', do_normalize: false, sampling_rate: 16_000 },
  },
];

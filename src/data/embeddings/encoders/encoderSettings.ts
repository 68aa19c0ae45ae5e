import * as v from 'valibot';
import { SerError } from '../../../error.ts';
import { SAMPLE_RATE } from '../../../features/types.ts';
import { count, parseJson } from '../../../files/json.ts';
import type { EncoderInput } from './encoder.ts';
import { WHISPER } from './whisperMel.ts';

/** The parts of Hugging Face's `preprocessor_config.json` that matter, with its defaults; others are ignored. */
const SETTINGS = v.object({
  feature_extractor_type: v.optional(v.string()),
  sampling_rate: v.optional(count, SAMPLE_RATE),
  do_normalize: v.optional(v.boolean()),
  return_attention_mask: v.optional(v.boolean(), false),
  feature_size: v.optional(count),
  n_fft: v.optional(count, WHISPER.nFft),
  hop_length: v.optional(count, WHISPER.hop),
  /** Frames to which every clip is padded. */
  nb_max_frames: v.optional(count),
});

export interface EncoderSettings {
  /** Undefined if nothing says so but the graph. */
  input?: EncoderInput;
  /** Whether a waveform is scaled to zero mean and unit variance. */
  normalise: boolean;
  /** Whether padding is masked: only then clips of different lengths may go through the encoder together. */
  mask: boolean;
  /** Bands of the log-mel spectrogram. */
  bands?: number;
  /** Frames of the log-mel spectrogram to which a clip is padded. */
  frames?: number;
}

/** Settings where there is no file: those of wav2vec2. */
export const SETTINGS_DEFAULTS: EncoderSettings = { normalise: true, mask: false };

const INPUTS = { Wav2Vec2FeatureExtractor: 'waveform', WhisperFeatureExtractor: 'log-mel' } as const;

/**
 * Reads a `preprocessor_config.json`.
 * @param path  its name in messages
 * @throws {SerError} `model` for a file that is not JSON, or settings that this version does not have
 */
export function parseSettings(text: string, path: string): EncoderSettings {
  const stored = parseJson(text, SETTINGS, path, 'model');
  const type = stored.feature_extractor_type;
  const input = type === undefined ? undefined : (INPUTS as Record<string, EncoderInput | undefined>)[type];
  const needs = (name: string, found: unknown, expected: string): SerError =>
    new SerError('model', `${path}: \`${name}\` is ${JSON.stringify(found)}; this version takes ${expected}.`);
  if (type !== undefined && !input) {
    throw needs('feature_extractor_type', type, Object.keys(INPUTS).join(' and '));
  }
  if (stored.sampling_rate !== SAMPLE_RATE) throw needs('sampling_rate', stored.sampling_rate, String(SAMPLE_RATE));
  const isWaveform = input ? input === 'waveform' : (stored.feature_size ?? 1) === 1;
  if (isWaveform) {
    if ((stored.feature_size ?? 1) !== 1) throw needs('feature_size', stored.feature_size, '1 for a waveform');
    return { input, normalise: stored.do_normalize ?? true, mask: stored.return_attention_mask };
  }
  if (stored.n_fft !== WHISPER.nFft) throw needs('n_fft', stored.n_fft, String(WHISPER.nFft));
  if (stored.hop_length !== WHISPER.hop) throw needs('hop_length', stored.hop_length, String(WHISPER.hop));
  if (stored.do_normalize) throw needs('do_normalize', true, 'false for a log-mel spectrogram');
  return {
    input,
    normalise: false,
    mask: false,
    bands: stored.feature_size ?? WHISPER.bands,
    frames: stored.nb_max_frames ?? WHISPER.frames,
  };
}

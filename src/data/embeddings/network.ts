import { type ModelMetadata, openModel } from '../../onnx/model.ts';
import type { OpenOnnx } from '../../onnx/session.ts';
import type { Frames } from '../../features/types.ts';
import { EMBEDDING_INPUT, ENCODER_SHA256, GIVEN_STAGES, type StageName } from './layers.ts';

/** Name of the convention for inputs, outputs and metadata. */
export const EMBEDDING_FORMAT = 'gender-ser/speech-embedding/1';

export type StageFrames = Record<StageName, Frames & { data: Float32Array }>;

export interface EmbeddingNetwork {
  metadata: ModelMetadata;
  /** @param mel  from `melFrames`, at least 76 frames @returns the frames of every stage, bands × channels, band by band */
  run(mel: Frames & { data: Float32Array }): Promise<StageFrames>;
  /** Frees its memory. */
  close(): Promise<void>;
}

/**
 * Opens the network of models/speech-embedding.
 * @param bytes  of the ONNX file
 * @param open  `openInNode` or `openInBrowser`
 * @param origin  name of the file in messages
 * @throws {SerError} `model` if it is damaged or of another format
 */
export async function openEmbeddingNetwork(
  bytes: Uint8Array,
  open: OpenOnnx,
  origin: string,
): Promise<EmbeddingNetwork> {
  const outputs = GIVEN_STAGES.map(({ name }) => name);
  const expected = { format: EMBEDDING_FORMAT, inputs: [EMBEDDING_INPUT], outputs, sha256: ENCODER_SHA256 };
  const { metadata, session } = await openModel(bytes, open, origin, expected);
  return {
    metadata,
    async run({ data, frames, bins }) {
      const results = await session.run({ [EMBEDDING_INPUT]: { data, shape: [1, frames, bins] } });
      const stages = outputs.map((name) => {
        const [, frames, bins] = results[name].shape;
        return [name, { data: results[name].data, frames, bins }] as const;
      });
      return Object.fromEntries(stages) as StageFrames;
    },
    close: () => session.close(),
  };
}

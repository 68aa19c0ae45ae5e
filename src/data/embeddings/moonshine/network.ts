import { type ModelMetadata, openModel } from '../../../onnx/model.ts';
import type { OpenOnnx } from '../../../onnx/session.ts';
import type { Frames } from '../../../features/types.ts';
import { joinPieces, piecesOf } from '../encoders/pieces.ts';
import { HOP, type LayerName, layerName, LAYERS, MOONSHINE_INPUT, MOONSHINE_SHA256, REACH, WINDOW } from './layers.ts';

/** Name of the convention for inputs, outputs and metadata. */
export const MOONSHINE_FORMAT = 'gender-ser/moonshine/1';

export type LayerFrames = Record<LayerName, Frames & { data: Float32Array }>;

export interface Moonshine {
  metadata: ModelMetadata;
  /**
   * The frames of the layers that are given. Long voices go through in overlapping pieces.
   * @param voice  from `voiceFinder`
   */
  encode(voice: Float32Array): Promise<LayerFrames>;
  /** Frees its memory. */
  close(): Promise<void>;
}

/**
 * Opens the network of models/moonshine.
 * @param bytes  of the ONNX file
 * @param open  `openInNode` or `openInBrowser`
 * @param origin  name of the file in messages
 * @throws {SerError} `model` if it is damaged or of another format
 */
export async function openMoonshine(bytes: Uint8Array, open: OpenOnnx, origin = 'encoder.onnx'): Promise<Moonshine> {
  const outputs = LAYERS.map(layerName);
  const expected = { format: MOONSHINE_FORMAT, inputs: [MOONSHINE_INPUT], outputs, sha256: MOONSHINE_SHA256 };
  const { metadata, session } = await openModel(bytes, open, origin, expected);
  return {
    metadata,
    async encode(voice) {
      const parts: (LayerFrames & { from: number })[] = [];
      for (const { from, samples } of piecesOf(voice, { window: WINDOW, hop: HOP })) {
        const data = new Float32Array(Math.max(REACH, samples.length));
        data.set(samples);
        const results = await session.run({ [MOONSHINE_INPUT]: { data, shape: [1, data.length] } });
        const layers = outputs.map((name) => {
          const [, frames, bins] = results[name].shape;
          return [name, { data: results[name].data, frames, bins }] as const;
        });
        parts.push({ ...(Object.fromEntries(layers) as LayerFrames), from: from / HOP });
      }
      const joined = outputs.map((name) => [
        name,
        joinPieces(parts.map((part) => ({ ...part[name], from: part.from }))),
      ]);
      return Object.fromEntries(joined) as LayerFrames;
    },
    close: () => session.close(),
  };
}

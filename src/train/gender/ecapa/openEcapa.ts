import { SerError } from '../../../error.ts';
import type { FeatureValues, Frames } from '../../../features/types.ts';
import type { OnnxSession, OpenOnnx, OpenOnnxOptions } from '../../../onnx/session.ts';
import { ECAPA_INPUT, ECAPA_OUTPUT, VOICE_INPUT } from './genderMetadata.ts';

export interface OpenEcapa extends Pick<OnnxSession, 'close'> {
  /**
   * @param logMel  frames of one clip, without the time mean
   * @param voice  its functionals, if the network takes any
   * @throws {SerError} `model` if the network refuses them, or returns anything but two finite numbers
   */
  logits(logMel: Frames & { data: Float32Array }, voice?: FeatureValues): Promise<[male: number, female: number]>;
}

export interface OpenEcapaOptions extends OpenOnnxOptions {
  /** Name of the network in messages. Default: `the gender model`. */
  origin?: string;
  /** Whether the network takes functionals beside the frames. Default false. */
  withVoice?: boolean;
}

/**
 * Opens an exported network.
 * @param bytes  of the ONNX file
 * @param open  for Node or for browsers
 * @throws {SerError} `model` if ONNX Runtime cannot load it, or its input or output is not that of a gender model
 */
export async function openEcapa(
  bytes: Uint8Array,
  open: OpenOnnx,
  { origin = 'the gender model', withVoice = false, ...options }: OpenEcapaOptions = {},
): Promise<OpenEcapa> {
  const refuse = (message: string, cause?: unknown): never => {
    throw new SerError('model', `${origin}: ${message}.`, { cause });
  };
  const { inputNames, outputNames, run, close } = await open(bytes, options).catch((error: Error) =>
    refuse(`ONNX Runtime cannot load it (${error.message})`, error),
  );
  const [takes, gives] = [inputNames.join(), outputNames.join()];
  const needed = [ECAPA_INPUT, ...(withVoice ? [VOICE_INPUT] : [])].join();
  if (takes !== needed || gives !== ECAPA_OUTPUT) {
    refuse(`it turns ${takes} into ${gives} instead of ${needed} into ${ECAPA_OUTPUT}`);
  }
  return {
    logits: async ({ data, frames, bins }, voice) => {
      const inputs = {
        [ECAPA_INPUT]: { data, shape: [1, frames, bins] },
        ...(voice && { [VOICE_INPUT]: { data: Float32Array.from(voice), shape: [1, voice.length] } }),
      };
      const results = await run(inputs).catch((error: Error) =>
        refuse(`ONNX Runtime cannot compute with it (${error.message})`, error),
      );
      const logits = Array.from(results[ECAPA_OUTPUT].data);
      if (logits.length !== 2 || !logits.every(Number.isFinite)) {
        refuse(
          `it gives ${logits.slice(0, 3).join(', ') || 'nothing'} instead of two finite logits: the file is damaged`,
        );
      }
      return [logits[0], logits[1]];
    },
    close,
  };
}

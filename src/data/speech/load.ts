import { fileURLToPath } from 'node:url';
import { memoize } from '../../memoize.ts';
import { openInNode } from '../../onnx/openInNode.ts';
import { readModel, RESTORE } from '../../onnx/readModel.ts';
import { openSpeechDetector } from './detector.ts';

/** Path of the package's model. */
export const SPEECH_MODEL = fileURLToPath(new URL('../../../models/speech/speech.onnx', import.meta.url));

/** Reads the model file. @throws {SerError} `model` if it cannot be read */
export const readSpeechModel = (): Promise<Uint8Array> => readModel(SPEECH_MODEL, 'speech detector', RESTORE);

const detector = memoize(async (path: string) => openSpeechDetector(await readSpeechModel(), openInNode, path));

/**
 * The package's speech detector, loaded at the first call in each thread.
 * @throws {SerError} `model` if its file is missing or damaged
 */
export const speechDetector = () => detector(SPEECH_MODEL);

import { SerError } from '../../../error.ts';
import type { RoutingChoice } from '../../predict/routingChoice.ts';
import type { PageChoice } from '../clips/clip.ts';
import { analyseOnDevice, type DeviceRecording, prepareModels } from './deviceAnalysis.ts';
import { beginListening, endListening, hear } from '../live/deviceListener.ts';
import { soundPicture } from '../sound/soundPicture.ts';

/** Tasks of the page's worker. */
export const TASKS = {
  prepare: (choice: RoutingChoice) => prepareModels(choice),
  analyse: (recordings: DeviceRecording[], choice: PageChoice) => analyseOnDevice(recordings, choice),
  picture: (bytes: Uint8Array, name: string) => soundPicture(bytes, name),
  beginListening,
  hear,
  endListening,
} as const;

export type Tasks = typeof TASKS;

export interface TaskRequest {
  id: number;
  task: keyof Tasks;
  parameters: unknown[];
}

export type TaskReply = { id: number; result: unknown } | { id: number; error: { code: string; message: string } };

/** `self` of a dedicated worker, which the DOM's types lack. */
const port = self as unknown as Pick<MessagePort, 'postMessage'> & { onmessage: (event: MessageEvent) => void };

port.onmessage = ({ data }: MessageEvent<TaskRequest>) => {
  const work = TASKS[data.task] as (...parameters: unknown[]) => Promise<unknown>;
  work(...data.parameters).then(
    (result) => port.postMessage({ id: data.id, result } satisfies TaskReply),
    (error: Error) => {
      const code = error instanceof SerError ? error.code : 'internal';
      port.postMessage({ id: data.id, error: { code, message: error.message } } satisfies TaskReply);
    },
  );
};

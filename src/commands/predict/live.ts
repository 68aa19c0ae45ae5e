import { liveBlocks } from '../../data/audio/live/liveBlocks.ts';
import { speechDetector } from '../../data/speech/load.ts';
import type { UtteranceOptions } from '../../data/speech/utterances.ts';
import { SerError } from '../../error.ts';
import { analyseSignal } from '../../serve/predict/analyseClip.ts';
import type { EmotionModels } from '../../serve/predict/emotionModels.ts';
import type { RoutingChoice } from '../../serve/predict/routingChoice.ts';
import { listen } from '../../serve/timeline/listen.ts';

interface LiveArguments {
  rate: number;
  every?: number;
  utterances: UtteranceOptions;
}

/** `ser predict --live`: a line of JSON for each utterance of the sound on standard input, until it ends or Ctrl-C. */
export async function predictLive(
  models: EmotionModels,
  choice: RoutingChoice,
  { rate, every, utterances }: LiveArguments,
): Promise<void> {
  const { stdin } = process;
  if (stdin.isTTY) {
    throw new SerError('usage', '--live takes sound from standard input, as of: arecord -q -f S16_LE -r 16000 -t raw | ser predict --live'); // prettier-ignore
  }
  const needs = models.needs(choice);
  const predict = async (signal: Float32Array) => models.predict(await analyseSignal(signal, needs), choice);
  const detector = await speechDetector();
  await predict(new Float32Array(rate)); // what is needed is loaded before the first utterance
  console.error('listening to standard input; its end or Ctrl-C ends');
  const blocks = liveBlocks(untilInterrupted(stdin), { rate, name: 'standard input' });
  for await (const result of listen(blocks, { detector, predict, labels: models.labels, every, utterances })) {
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
}

/** What arrives, up to its end or Ctrl-C: what was heard until then is still answered. */
async function* untilInterrupted(stdin: NodeJS.ReadStream): AsyncGenerator<Uint8Array> {
  let interrupted = false;
  const stop = (): void => {
    interrupted = true;
    stdin.destroy();
  };
  process.once('SIGINT', stop);
  try {
    for await (const piece of stdin) yield piece as Uint8Array;
  } catch (error) {
    if (!interrupted) throw error;
  } finally {
    process.off('SIGINT', stop);
  }
}

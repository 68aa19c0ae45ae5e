import { codeMarkdown } from '../../../eval/text/markdown.ts';
import type { Calibration, GenderScore } from './genderScores.ts';

/** Data of a gender model trained here for its card, and for `metrics.json`. */
export interface GenderMetrics {
  command: string;
  versions: Record<string, string>;
  seed: number;
  steps: number;
  folds: number;
  parameters: number;
  bytes: number;
  trained: { clips: number; speakers: number };
  outOfFold: GenderScore[];
  crossCorpus: GenderScore[];
  calibration: Calibration;
  /** Milliseconds on one core for four seconds of sound: log-mel frames and network, median of 20. */
  latency: { logMel: number; network: number };
}

/** MODEL_CARD.md of the gender model. */
export function genderCard(metrics: GenderMetrics): string {
  const { command, versions, seed, steps, folds, parameters, bytes, trained, outOfFold, crossCorpus } = metrics;
  const { calibration, latency } = metrics;
  const { before, after, temperature } = calibration;
  const temperatures = Object.values(calibration.byFold).map((value) => value.toFixed(2)).join(', '); // prettier-ignore
  return `# Gender of a voice: a small ECAPA-TDNN

Tells male from female voices; by it, clips are routed to the male or the female emotion model. \`gender.onnx\` (${parameters.toLocaleString('en')}
weights, ${(bytes / 1e6).toFixed(1)} MB) takes log-mel frames as \`ser gender\` computes them and gives two logits; see docs/gender.md.
One 4-second clip takes ${(latency.logMel + latency.network).toFixed(1)} ms of one core (log-mel ${latency.logMel.toFixed(1)}, network ${latency.network.toFixed(1)}) on the machine that trained it.

Made by ${codeMarkdown(command)}, seed ${seed}, ${steps.toLocaleString('en')} steps, from ${trained.clips.toLocaleString('en')} clips of ${trained.speakers} speakers
(${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}). Figures with all counts: \`metrics.json\`.

## Speakers outside the training data

All speakers of the three corpora are dealt to ${folds} folds; each fold is tried on a network that learnt from the others. The shipped network learnt
from everybody, so it has no test clips of its own: these figures are those of its ${folds} siblings. Whole clips; 95 % intervals by
a bootstrap over speakers, which is narrower than it should be where there are few.

${scoreTable(outOfFold)}

## A corpus outside the training data

Each is tried on a network that learnt from the other two (in half of the steps): other microphones, rooms, language and way of speaking.

${scoreTable(crossCorpus)}

## Calibration

Probability = softmax(logits / temperature), temperature ${temperature.toFixed(3)}. It is fitted on what was predicted out of fold, each corpus counting the same; nothing of
training speakers goes into it. For the error, each fold is scaled by the temperature of the others (${temperatures}):
expected calibration error ${before.ece.toFixed(4)} before, ${after.ece.toFixed(4)} after; negative log-likelihood ${before.loss.toFixed(4)} before, ${after.loss.toFixed(4)} after.

## Data and licences

- RAVDESS, speech and song (Livingstone & Russo, 2018, doi:10.1371/journal.pone.0196391): CC BY-NC-SA 4.0;
- LibriSpeech, first 6 s of 351 clips (Panayotov et al., 2015): CC BY 4.0;
- EmoDB (Burkhardt et al., 2005), released again by audEERING: CC0.

Because of RAVDESS, the model is for non-commercial use, under the same licence.

## Limits

- It knows the two labels of its corpora and gives every sound one of them: silence, music and noise too.
- Children speak with shorter vocal tracts than women: expect \`female\`, whoever they are. Whispering has no pitch, and none was
  in the training. Singing was, by RAVDESS' actors only; falsetto and other registers were not.
- Voices that neither label fits: leave the routing away with \`--routing pooled\`, which takes the model of all voices.
- Adults, North American English for the most part, some German, all recorded in quiet rooms; noise, reverberation, telephone
  bands, clipping and other speeds were simulated.
- What it reports is how a voice sounds compared with two groups of speakers. Not for identifying or classifying people.
`;
}

function scoreTable(scores: readonly GenderScore[]): string {
  const percent = (value: number): string => (100 * value).toFixed(2);
  const rows = scores.map(({ on, speakers, n, correct, accuracy, interval, male, female }) => {
    const range = interval ? `${percent(interval.low)}–${percent(interval.high)}` : '–';
    const count = (part: { n: number; correct: number }): string => `${part.correct} / ${part.n}`;
    return `| ${on} | ${speakers} | ${correct} / ${n} | ${percent(accuracy)} | ${range} | ${count(male)} | ${count(female)} |`;
  });
  if (rows.length === 0) return 'Not tried in this run.';
  return ['| clips of | speakers | correct | % | 95 % | men | women |', '| --- | ---: | ---: | ---: | ---: | ---: | ---: |', ...rows].join('\n'); // prettier-ignore
}

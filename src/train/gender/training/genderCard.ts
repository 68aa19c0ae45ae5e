import { codeMarkdown } from '../../../eval/text/markdown.ts';
import { HEAD } from '../head/voiceHead.ts';
import type { LicensedSource } from '../../families/licence.ts';
import { licenceOf } from '../../families/licence.ts';
import type { Calibration, Count, Doubt, GenderScore } from './genderScores.ts';

/** Data of a gender model trained here for its card, and for `metrics.json`. */
export interface GenderMetrics {
  command: string;
  versions: Record<string, string>;
  seed: number;
  steps: number;
  /** What it learnt from. */
  corpora: readonly LicensedSource[];
  parameters: number;
  bytes: number;
  trained: { clips: number; speakers: number };
  /** Each corpus by a network that learnt from the others. */
  outOfCorpus: GenderScore[];
  calibration: Calibration;
  doubt: Doubt;
  /** Milliseconds on one core for four seconds of sound: log-mel frames, network, and the functionals of the speech encoder; median of 20. */
  latency: { logMel: number; network: number; voice: number };
}

/** MODEL_CARD.md of the gender model. */
export function genderCard(metrics: GenderMetrics): string {
  const { command, versions, seed, steps, corpora, parameters, bytes, trained, outOfCorpus } = metrics;
  const { calibration, doubt, latency } = metrics;
  const { before, after, temperature } = calibration;
  // Of a run that leaves out corpora, there is the model alone.
  const isCalibrated = outOfCorpus.length > 0 && corpora.some(({ name }) => name in calibration.byCorpus);
  const byCorpus = (values: Record<string, number>, digits: number): string =>
    Object.entries(values).map(([name, value]) => `${name} ${value.toFixed(digits)}`).join(', '); // prettier-ignore
  const { logMel, network, voice } = latency;
  return `# Gender of a voice: a small ECAPA-TDNN beside a speech encoder

Tells male from female voices; by it, clips are routed to the male or the female emotion model, or to both. \`gender.onnx\` (${parameters.toLocaleString('en')}
weights, ${(bytes / 1e6).toFixed(1)} MB) takes log-mel frames and \`${HEAD.features}\` as \`ser gender\` computes them, and gives two logits: the sum of those of
an ECAPA-TDNN and of a logistic regression; see docs/gender.md.
One 4-second clip takes ${(logMel + network).toFixed(1)} ms of one core (log-mel ${logMel.toFixed(1)}, graph ${network.toFixed(1)}) on the machine that trained it, and ${voice.toFixed(1)} ms more for the encoder where the emotion models have not run it anyway.

Made by ${codeMarkdown(command)}, seed ${seed}, ${steps.toLocaleString('en')} steps, from ${trained.clips.toLocaleString('en')} clips of ${trained.speakers} speakers
(${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}). Figures with all counts: \`metrics.json\`.

## Corpora outside the training data

Each corpus is tried on a network that has heard nothing of it: other speakers, microphones, rooms and ways of speaking. ${
    isCalibrated
      ? 'The shipped network learnt from all\nof them: these figures are those of its siblings, each of which left out one corpus (and for LibriSpeech and speechocean762 took three fifths of the steps), as did its regression.'
      : 'Here that is the model itself.'
  }
Whole clips; 95 % intervals by a bootstrap over speakers, which are narrower than they should be where there are few.

${scoreTable(outOfCorpus)}

${doubt.errors} of ${doubt.clips.toLocaleString('en')} clips are wrong, speakers left out whose gender is probably listed wrongly (docs/gender.md). A gender less probable than ${doubt.below} is doubtful: ${doubt.doubtful} clips are, and ${doubt.marked} of the ${doubt.errors} errors are among them.

## Calibration

Probability = softmax(logits / temperature), temperature ${temperature.toFixed(3)}. ${
    isCalibrated
      ? `It is a quarter above the one that fits\nthe same predictions best, without the speakers whose gender is probably listed wrongly and each corpus counting the same. For the error, each\ncorpus is scaled by the temperature of the others (${byCorpus(calibration.byCorpus, 2)}): expected calibration\nerror ${before.ece.toFixed(4)} before, ${after.ece.toFixed(4)} after; negative log-likelihood ${before.loss.toFixed(4)} before, ${after.loss.toFixed(4)} after. The error of each corpus by itself: ${byCorpus(calibration.eceByCorpus, 3)}.`
      : `It is not fitted: nothing of what the model has not learnt from may go into it. Its label smoothing\nleaves it more cautious than it need be: expected calibration error ${after.ece.toFixed(4)}, negative log-likelihood ${after.loss.toFixed(4)}.`
  }

## Data and licences

${corpora.map(({ name, licence }) => `- ${name}: ${licence}`).join('\n')}

Noise, rooms and channels are synthetic. The model is ${licenceOf(corpora).text}.

## Limits

- It knows the two labels of its corpora and gives every sound one of them: silence, music and noise too.
- Children speak with shorter vocal tracts than women: expect \`female\`, whoever they are. Whispering was simulated only, by taking away
  the harmonics; singing was in the training at most by RAVDESS' actors, and falsetto not at all.
- Voices that neither label fits: leave the routing away with \`--routing pooled\`, which takes the model of all voices.
- Adults, mostly of North America, some of China and Germany, few older than sixty, all recorded in quiet rooms; noise, reverberation, telephone
  bands, clipping and other speeds were simulated.
- What it reports is how a voice sounds compared with two groups of speakers. Not for identifying or classifying people.
`;
}

function scoreTable(scores: readonly GenderScore[]): string {
  const percent = (value: number): string => (100 * value).toFixed(1);
  const cell = ({ n, correct, interval }: Count): string => {
    if (n === 0) return '–';
    const range = interval ? ` [${percent(interval.low)}, ${percent(interval.high)}]` : '';
    return `${correct} / ${n} = ${percent(correct / n)}${range}`;
  };
  const rows = scores.map(
    (score) => `| ${score.on} | ${score.speakers} | ${[score, score.male, score.female].map(cell).join(' | ')} |`,
  );
  if (rows.length === 0) return 'Not tried in this run.';
  return ['| clips of | speakers | right, % | men | women |', '| --- | ---: | ---: | ---: | ---: |', ...rows].join(
    '\n',
  );
}

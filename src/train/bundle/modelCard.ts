import { COMBINED } from '../../data/clip.ts';
import { ALL } from '../../data/protocols/protocols.ts';
import { knownCorpus } from '../../data/corpora/corpora.ts';
import { SerError } from '../../error.ts';
import { codeMarkdown, fillMarked, markersOf, plainMarkdown } from '../../eval/text/markdown.ts';
import { licenceOf, sourcesOf } from '../families/licence.ts';
import { capital } from '../../words.ts';
import type { Bundle } from './bundle.ts';
import type { Selective } from './selective.ts';

/** Markers of parts of a card that are filled in later. */
const TEST_RESULTS = 'test-results';
const COST = 'cost';

const NOT_TESTED =
  'It has learnt from every clip, so that none is left to test on. `ser eval --protocol loso --model …` tests the same kind of model on speakers that it has not learnt from, `ser eval --models … --data …` this one on other data.';

type Described = Omit<Bundle, 'format' | 'files'>;

/**
 * MODEL_CARD.md of a model, written by the run that trained it.
 * @param classifier  the classifier's paragraph
 * @param command  the command that trains it again
 */
export function modelCard(
  bundle: Described,
  classifier: string,
  protocol: { name: string; description: string },
  command: string,
): string {
  const { gender, data, validation, features, labels, seed, options } = bundle;
  const whose = gender === COMBINED ? 'voices of both genders' : `${gender} voices`;
  return `# Speech emotion recognition, ${whose}

**Protocol \`${protocol.name}\`.** ${protocol.description}
Every figure below holds for this protocol only.

## What it is

${classifier}

It takes the ${features.names.length} \`${features.set}\` features of one clip (16 kHz, mono) and gives
the probabilities of ${labels.length} emotions: ${labels.map(plainMarkdown).join(', ')}.

${trainedOn(bundle, heardVoices(bundle, whose))}
${bundle.speakerPrior ? `- Speaker-adapted: it takes features that are standardised by the statistics of other clips of the same speaker, without labels.\n  With one clip of a speaker alone, it is placed among the training speakers.\n` : ''}- Seed ${seed}.

Made by

    ${command}

with the options ${Object.entries(options)
    .map(([name, value]) => `\`${name}\` ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(', ')}.
The hash of the training rows is \`${data.sha256}\`.

## Validation

On the ${validation.n} validation clips that the training was steered by, so slightly optimistic; **not a test result**:

| UAR | accuracy | cross-entropy |
|---|---|---|
| ${validation.uar.toFixed(3)} | ${validation.accuracy.toFixed(3)} | ${validation.loss.toFixed(3)} |

## Test

${markersOf(TEST_RESULTS).join(`\n${bundle.protocol === ALL ? NOT_TESTED : 'Not evaluated yet: `ser eval` fills this in.'}\n`)}

## Cost

${markersOf(COST).join('\nNot measured yet.\n')}

## Data and licence

**${capital(licenceOf(sourcesOf(bundle)).text)}.**

${data.corpora.map(aboutCorpus).join('\n\n')}

## Meant for

Research and teaching on speech emotion recognition: a baseline whose every step can be repeated.

## Not for

Clinical or hiring decisions, surveillance, or judging what a person really feels. Acted emotions are not felt ones.

## Limits

- ${data.corpora.map(({ name }) => knownCorpus(name)?.limits ?? 'It knows the voices, language, rooms and microphones of its corpus: others will be recognised far worse.').join('\n- ')}
- Speakers outside its training data are recognised worse than a protocol with shared speakers shows.
- The probabilities are ${bundle.temperature === 1 ? 'not calibrated (temperature 1)' : `calibrated by a temperature of ${bundle.temperature.toFixed(3)}, fitted on the validation clips${bundle.data.rows > bundle.data.clips ? ' and their copies' : ''}: a clip of a speaker or a microphone outside the training data deserves less trust than they say`}.
${bundle.selective ? sureLine(bundle.selective) : ''}- Gender here is the corpus's label of the speaker, male or female. ${
    gender === COMBINED
      ? 'This model asks for none; it has learnt from both, and from no other voices.'
      : 'Whose voice is neither, or is taken for the other, gets a model that was not trained for it.'
  }
`;
}

function sureLine({ statedError, threshold, coverage, error, rows, by }: Selective): string {
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  const whose = by === 'speaker' ? 'of speakers that the first run had not learnt from' : 'of speakers that it knew';
  return threshold === null
    ? `- It is sure of no answer: no confidence keeps to ${percent(statedError)} of wrong answers on ${rows} validation rows ${whose}.\n`
    : `- It is sure of answers with a probability of ${threshold.toFixed(3)} and more: ${percent(coverage)} of ${rows} validation rows ${whose}, of which ${percent(error!)} were wrong (docs/doubt.md). On other people and languages more are.\n`;
}

function aboutCorpus({ name, licence }: Bundle['data']['corpora'][number]): string {
  const about = knownCorpus(name)?.about;
  return `${about ? `${about}\nLicence` : `The corpus ${codeMarkdown(name)}, licence`}: ${plainMarkdown(licence)}. The model is derived from it.`;
}

/** Whose voices a model has learnt from. @param whose  those that it is for */
function heardVoices({ gender, options: { otherGenderWeight } }: Described, whose: string): string {
  if (gender === COMBINED || !(Number(otherGenderWeight) > 0)) return whose;
  return `voices of both genders (${whose} count 1, the others ${Number(otherGenderWeight)})`;
}

function trainedOn({ protocol, data, options }: Described, whose: string): string {
  const { clips, rows, validationClips, gendersFilledIn } = data;
  const filled = gendersFilledIn ? ` The gender of ${gendersFilledIn}.` : '';
  const untouched = (protocol === ALL ? 'There are no test clips.' : 'The test clips were not looked at.') + filled;
  const learnt =
    rows > clips ? `${rows} rows with their augmented copies` : 'as they were recorded, without augmented copies';
  const withCopies = rows > clips ? ', with all their copies,' : '';
  return options.refit
    ? `- Trained on ${clips} clips of ${whose}, ${learnt}. In a first run ${validationClips} of the clips${withCopies} were
  held out for validation; this model learnt from all ${clips} by what that run found out. ${untouched}`
    : `- Trained on ${clips} clips of ${whose}, ${learnt}. ${validationClips} more${withCopies} were
  held out for validation. ${untouched}`;
}

/**
 * Puts the results of an evaluation into a card, replacing earlier ones.
 * @param markdown  with the protocol in its first line
 * @throws {SerError} `model` if the card has no place for them
 */
export const fillTestResults = (card: string, markdown: string): string =>
  fill(card, TEST_RESULTS, 'test results', markdown);

/** Puts what the model costs into a card, likewise. */
export const fillCost = (card: string, markdown: string): string => fill(card, COST, 'its cost', markdown);

function fill(card: string, markers: string, what: string, markdown: string): string {
  const filled = fillMarked(card, markers, markdown);
  if (filled !== undefined) return filled;
  throw new SerError('model', `The model card has no place for ${what}: the comments ${markersOf(markers).join(' and ')}.`); // prettier-ignore
}

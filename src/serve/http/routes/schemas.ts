import { GENDERS, PARTS } from '../../../data/clip.ts';
import { METRICS } from '../../../eval/metrics/metrics.ts';
import { WINDOW_DEFAULTS } from '../../../features/windows.ts';
import { FAMILY_NAMES } from '../../../train/families/families.ts';
import { LONG_SECONDS } from '../../../data/audio/inspect.ts';
import { type Routing, ROUTINGS } from '../../predict/routingChoice.ts';
import { PROBLEMS } from '../problem.ts';
import { emotion, probabilities, ref, utterance, utterances, verdict } from './verdictSchema.ts';

/** JSON schemas: they validate requests, and document requests and responses (`/openapi.json`). */

export const TIMELINES = ['auto', 'always', 'utterances', 'never'] as const;

/** What a request says about the speakers of its recordings. */
export const SPEAKERS = ['unknown', 'one'] as const;

const error = (codes: readonly string[]) => ({
  type: 'object',
  required: ['code', 'message'],
  properties: {
    code: { type: 'string', enum: codes, description: 'For programs' },
    message: { type: 'string', description: 'For people' },
  },
});

export const stretch = {
  $id: 'Stretch',
  type: 'object',
  description: 'A window of a recording',
  required: ['start', 'end', ...Object.keys(verdict)],
  properties: {
    start: { type: 'number', description: 'Seconds from the start of the recording' },
    end: { type: 'number' },
    ...verdict,
  },
} as const;

const span = {
  $id: 'Span',
  type: 'object',
  description: 'A part of a recording',
  required: ['start', 'end'],
  properties: {
    start: { type: 'number', description: 'Seconds from the start of the recording' },
    end: { type: 'number' },
  },
} as const;

export const clipPrediction = {
  $id: 'Prediction',
  type: 'object',
  required: [
    'file',
    'seconds',
    'gender',
    'genderProbability',
    'genderSource',
    'routing',
    'models',
    ...Object.keys(verdict),
    'warnings',
  ],
  properties: {
    file: { type: 'string', description: 'Its name, as sent' },
    seconds: { type: 'number' },
    gender: {
      type: ['string', 'null'],
      enum: [...GENDERS, null],
      description: 'Null if the gender model was not asked, as the pooled model needs none',
    },
    genderProbability: { type: ['number', 'null'], description: 'Null if the gender model was not used' },
    genderSource: { type: 'string', description: '`option`, `none`, or the file name of the gender model' },
    routing: { type: 'string', enum: [...ROUTINGS, 'given'] },
    models: { type: 'string', description: 'Name of the family of models; the same for all results of a server' },
    speaker: {
      type: 'object',
      required: ['name', 'clips'],
      description: 'Only by speaker-adapted models',
      properties: {
        name: { type: 'null' },
        clips: {
          type: 'integer',
          description: 'Recordings of the request whose statistics, without labels, standardised this one, itself among them; with more than one the result is transductive', // prettier-ignore
        },
      },
    },
    ...verdict,
    warnings: { type: 'array', items: { type: 'string' }, description: 'Reasons to doubt this result, in words' },
    speech: {
      type: 'array',
      items: ref('Span'),
      description: 'Spans in which somebody speaks; empty if nobody does',
    },
    timeline: { type: 'array', items: ref('Stretch'), description: 'The gender is that of the whole recording' },
    utterances: ref('Utterances'),
  },
} as const;

/** Reasons why a file could not be analysed. */
export const FAILURES = ['audio', 'too_long', 'timeout', 'failed', 'internal'] as const;
export type FailureCode = (typeof FAILURES)[number];

export const clipFailure = {
  $id: 'Failure',
  type: 'object',
  description: 'A file that could not be analysed; the other files of the request are not affected',
  required: ['file', 'error'],
  properties: { file: { type: 'string' }, error: error(FAILURES) },
} as const;

export const results = {
  $id: 'Results',
  type: 'object',
  required: ['results'],
  properties: {
    results: {
      type: 'array',
      description: 'In the order of the files',
      items: { anyOf: [ref('Prediction'), ref('Failure')] },
    },
  },
} as const;

export const problemSchema = {
  $id: 'Problem',
  type: 'object',
  required: ['error'],
  properties: { error: error(Object.keys(PROBLEMS)), results: { type: 'array', items: ref('Failure') } },
} as const;

/** The result of `testFigures`: counts, then every metric. */
const testFigures = {
  type: 'object',
  properties: {
    ...{ protocol: { type: 'string' }, part: { type: 'string', enum: PARTS } },
    ...{ n: { type: 'integer', description: 'Test clips' }, speakers: { type: 'integer' } },
    correct: { type: 'integer', description: 'Clips that are right' },
    ...Object.fromEntries(
      METRICS.map(({ name, title, formula, higherIsBetter, undefinedWhen }) => [
        name,
        {
          type: ['number', 'null'],
          description: `${title}: ${formula}; ${higherIsBetter ? 'higher' : 'lower'} is better. Null where ${undefinedWhen}`,
        },
      ]),
    ),
  },
} as const;

export const modelList = {
  $id: 'Models',
  type: 'object',
  required: ['family', 'labels', 'sampleRate', 'routings', 'speakerAdapted', 'default', 'models'],
  properties: {
    family: {
      type: 'object',
      required: ['name', 'what', 'licence'],
      description: 'The family to which all models belong',
      properties: {
        name: { type: 'string', description: `${FAMILY_NAMES.join(', ')}; of a folder its name and a slash` },
        what: { type: ['string', 'null'], description: 'In words; null for a folder' },
        licence: {
          type: 'object',
          required: ['commercial', 'text'],
          properties: {
            commercial: {
              type: ['boolean', 'null'],
              description: 'Whether they may be used commercially; null if not known',
            },
            text: { type: 'string', description: 'The same in words, with the corpora that they learnt from' },
          },
        },
      },
    },
    labels: { type: 'array', items: { type: 'string' }, description: 'The emotions that the models know' },
    sampleRate: { type: 'integer', description: 'Hz; recordings with other rates are converted' },
    routings: { type: 'array', items: { type: 'string', enum: ROUTINGS }, description: 'Available routings' },
    speakerAdapted: { type: 'boolean', description: 'Whether all emotion models take `speaker=one`' },
    default: { type: 'object', required: ['routing'], properties: { routing: { type: 'string', enum: ROUTINGS } } },
    limits: {
      type: 'object',
      required: ['bytes', 'seconds', 'files'],
      properties: {
        bytes: { type: 'integer', description: 'Per request' },
        seconds: { type: 'number', description: 'Per recording' },
        files: { type: 'integer', description: 'Per request' },
      },
    },
    models: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'protocol', 'metrics', 'card', 'cardText'],
        properties: {
          name: { type: 'string', enum: [...GENDERS, 'pooled', 'gender'] },
          protocol: {
            type: ['string', 'null'],
            description: 'How it was tested: no figure is valid for anything else. Null if unknown',
          },
          metrics: {
            type: 'object',
            additionalProperties: true,
            description:
              'For an emotion model `validation` and, if it was tested, `test`; for the gender model all figures',
            properties: { test: testFigures },
          },
          card: { type: ['string', 'null'], description: 'Path of the model card' },
          cardText: { type: 'string', description: 'The model card in Markdown' },
        },
      },
    },
  },
} as const;

/** All that others refer to by name. @param labels  of the models */
export const sharedSchemas = (labels: readonly string[]) => [
  probabilities(labels),
  emotion(labels),
  span,
  stretch,
  utterance,
  utterances(labels),
  clipPrediction,
  clipFailure,
  results,
  problemSchema,
  modelList,
];

/** @param routing  default of the server's models */
export const predictQuery = (routing: Routing) =>
  ({
    type: 'object',
    additionalProperties: false,
    properties: {
      routing: {
        type: 'string',
        enum: ROUTINGS,
        default: routing,
        description:
          "`auto`: the more probable gender's model, or both, weighted by the gender probabilities, where that gender is less " +
          'probable than .9; `hard`: always the one model; `soft`: always both; ' +
          '`pooled`: the one model that was trained on both genders, which needs none',
      },
      gender: { type: 'string', enum: GENDERS, description: 'Gender of all voices, instead of using the gender model' },
      speaker: {
        type: 'string',
        enum: SPEAKERS,
        default: 'unknown',
        description:
          '`one`: all recordings of the request are of one speaker; speaker-adapted models standardise each by the statistics of all, ' +
          'without labels. `unknown`: each by itself',
      },
      timeline: {
        type: 'string',
        enum: TIMELINES,
        default: 'auto',
        description:
          `The emotion over time: \`auto\`: window by window, for recordings longer than ${LONG_SECONDS} s; \`always\`: for shorter ones too; ` +
          '`utterances`: for the same recordings as `auto`, but cut where people pause, each utterance with its own gender; `never`: not at all',
      },
      window: {
        type: 'number',
        minimum: 0.5,
        maximum: 60,
        default: WINDOW_DEFAULTS.window,
        description: 'Seconds per window, of `auto` and `always`',
      },
      hop: {
        type: 'number',
        minimum: 0.1,
        maximum: 60,
        default: WINDOW_DEFAULTS.hop,
        description: 'Seconds between the starts of two windows',
      },
      name: {
        type: 'string',
        maxLength: 1000,
        description: 'Name of the clip in the response, if the request body is the clip itself',
      },
    },
  }) as const;

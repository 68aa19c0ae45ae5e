import { GENDERS } from '../../../data/clip.ts';
import { WINDOW_DEFAULTS } from '../../../features/windows.ts';
import { LONG_SECONDS } from '../../../data/audio/inspect.ts';
import { ROUTING_DEFAULT, ROUTINGS } from '../../predict/routingChoice.ts';
import { PROBLEMS } from '../problem.ts';

/** JSON schemas: of what is sent they decide what is accepted, and of all they are the documentation (`/openapi.json`). */

export const TIMELINES = ['auto', 'always', 'never'] as const;

const probability = { type: 'number', minimum: 0, maximum: 1 } as const;
const error = (codes: readonly string[]) => ({
  type: 'object',
  required: ['code', 'message'],
  properties: {
    code: { type: 'string', enum: codes, description: 'For programs' },
    message: { type: 'string', description: 'For people' },
  },
});
const ref = (name: string) => ({ $ref: `${name}#` });

const probabilities = (labels: readonly string[]) => ({
  $id: 'Probabilities',
  type: 'object',
  description: 'One for each emotion; they sum up to 1',
  required: labels,
  properties: Object.fromEntries(labels.map((label) => [label, probability])),
});

const emotion = (labels: readonly string[]) => ({
  $id: 'Emotion',
  type: ['string', 'null'],
  enum: [...labels, null],
  description: 'The most probable one; null where nobody speaks',
});

const verdict = {
  emotion: ref('Emotion'),
  confidence: { ...probability, type: ['number', 'null'], description: 'Its probability' },
  probabilities: ref('Probabilities'),
};

export const stretch = {
  $id: 'Stretch',
  type: 'object',
  description: 'A window of a recording',
  required: ['start', 'end', ...Object.keys(verdict)],
  properties: {
    start: { type: 'number', description: 'Seconds from the beginning of the recording' },
    end: { type: 'number' },
    ...verdict,
  },
} as const;

const span = {
  $id: 'Span',
  type: 'object',
  description: 'A stretch of a recording',
  required: ['start', 'end'],
  properties: {
    start: { type: 'number', description: 'Seconds from the beginning of the recording' },
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
    ...Object.keys(verdict),
    'warnings',
  ],
  properties: {
    file: { type: 'string', description: 'Its name, as it was sent' },
    seconds: { type: 'number' },
    gender: { type: ['string', 'null'], enum: [...GENDERS, null], description: 'Null where the pooled model answers' },
    genderProbability: { type: ['number', 'null'], description: 'Null where the gender model was not asked' },
    genderSource: { type: 'string', description: '`option`, `none`, or the file name of the gender model' },
    routing: { type: 'string', enum: [...ROUTINGS, 'given'] },
    ...verdict,
    warnings: { type: 'array', items: { type: 'string' }, description: 'Why to doubt this answer, in words' },
    speech: {
      type: 'array',
      items: ref('Span'),
      description: 'Where somebody speaks; empty where nobody does',
    },
    timeline: { type: 'array', items: ref('Stretch'), description: 'The gender is that of the whole recording' },
  },
} as const;

/** Why one file could not be analysed. */
export const FAILURES = ['audio', 'too_long', 'timeout', 'failed', 'internal'] as const;
export type FailureCode = (typeof FAILURES)[number];

export const clipFailure = {
  $id: 'Failure',
  type: 'object',
  description: 'A file that could not be analysed; the other files of the request are not touched by it',
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

export const modelList = {
  $id: 'Models',
  type: 'object',
  required: ['labels', 'sampleRate', 'routings', 'default', 'models'],
  properties: {
    labels: { type: 'array', items: { type: 'string' }, description: 'The emotions that the models know' },
    sampleRate: { type: 'integer', description: 'Hz; recordings of other rates are converted' },
    routings: { type: 'array', items: { type: 'string', enum: ROUTINGS }, description: 'Those that can be asked for' },
    default: { type: 'object', required: ['routing'], properties: { routing: { type: 'string', enum: ROUTINGS } } },
    limits: {
      type: 'object',
      required: ['bytes', 'seconds', 'files'],
      properties: {
        bytes: { type: 'integer', description: 'Of one request' },
        seconds: { type: 'number', description: 'Of one recording' },
        files: { type: 'integer', description: 'Of one request' },
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
            description: 'How it was tested: no figure holds for anything else. Null where nothing is known',
          },
          metrics: {
            type: 'object',
            additionalProperties: true,
            description: 'Of an emotion model `validation` and, where it was tested, `test`; of the gender model all',
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
  clipPrediction,
  clipFailure,
  results,
  problemSchema,
  modelList,
];

export const predictQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    routing: {
      type: 'string',
      enum: ROUTINGS,
      default: ROUTING_DEFAULT,
      description:
        "`hard`: the more probable gender's model; `soft`: both, mixed by the probability of the genders; " +
        '`pooled`: the one model that was trained on both, which asks for no gender',
    },
    gender: { type: 'string', enum: GENDERS, description: 'Take the voices for this; the gender model is not asked' },
    timeline: {
      type: 'string',
      enum: TIMELINES,
      default: 'auto',
      description: `The emotion over time, window by window; \`auto\`: of recordings longer than ${LONG_SECONDS} s`,
    },
    window: {
      type: 'number',
      minimum: 0.5,
      maximum: 60,
      default: WINDOW_DEFAULTS.window,
      description: 'Seconds that a window of the timeline holds',
    },
    hop: {
      type: 'number',
      minimum: 0.1,
      maximum: 60,
      default: WINDOW_DEFAULTS.hop,
      description: 'Seconds from the start of one window to the start of the next',
    },
    name: {
      type: 'string',
      maxLength: 1000,
      description: 'Name of the clip in the answer, where the request is the clip itself',
    },
  },
} as const;

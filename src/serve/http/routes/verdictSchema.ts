import { GENDERS } from '../../../data/clip.ts';

/** JSON schemas of what the emotion models say of a recording, or of a part of it. */

const probability = { type: 'number', minimum: 0, maximum: 1 } as const;

/** Another schema, by its name. */
export const ref = (name: string) => ({ $ref: `${name}#` });

export const probabilities = (labels: readonly string[]) => ({
  $id: 'Probabilities',
  type: 'object',
  description: 'One per emotion; they sum to 1',
  required: labels,
  properties: Object.fromEntries(labels.map((label) => [label, probability])),
});

export const emotion = (labels: readonly string[]) => ({
  $id: 'Emotion',
  type: ['string', 'null'],
  enum: [...labels, null],
  description: 'The most probable emotion; null if nobody speaks',
});

/** `EmotionVerdict` */
export const verdict = {
  emotion: ref('Emotion'),
  confidence: { ...probability, type: ['number', 'null'], description: 'Its probability' },
  probabilities: ref('Probabilities'),
  sure: {
    type: ['boolean', 'null'],
    description: 'Whether the models stand by it; null if they cannot tell, or nobody speaks',
  },
  reason: {
    type: ['string', 'null'],
    enum: ['confidence', 'distance', null],
    description:
      'Why they are not sure: `confidence`: the probability is too low for the stated error; `distance`: the recording is unlike what they learnt from',
  },
  alternatives: {
    type: 'array',
    items: { type: 'string' },
    description:
      'The emotions of the headline: one, or where the models are not sure those that it might be; none if nobody speaks',
  },
  rightOnUnseen: {
    ...probability,
    type: ['number', 'null'],
    description:
      'How often an answer of this confidence is right on speakers that the models have not learnt from; null if they cannot tell',
  },
  headline: {
    type: 'string',
    description:
      'For people: `Sounds angry`, `Not sure: angry or fearful`, `Unlike the voices the models know`, `No speech found`',
  },
};

/** `Segment` */
export const utterance = {
  $id: 'Utterance',
  type: 'object',
  description: 'What somebody says between two pauses',
  required: ['start', 'end', 'gender', 'genderProbability', ...Object.keys(verdict)],
  properties: {
    start: { type: 'number', description: 'Seconds from the start of the recording' },
    end: { type: 'number' },
    gender: {
      type: ['string', 'null'],
      enum: [...GENDERS, null],
      description: 'Of this utterance; null as for a recording',
    },
    genderProbability: { type: ['number', 'null'], description: 'Null if the gender model was not used' },
    ...verdict,
  },
} as const;

const seconds = { type: 'number', minimum: 0 } as const;

/** `Utterances` */
export const utterances = (labels: readonly string[]) => ({
  $id: 'Utterances',
  type: 'object',
  description: 'Only with `timeline=utterances`, of a long recording: what it contains, as a distribution over time',
  required: ['speech', 'emotions', 'notSure', 'segments'],
  properties: {
    speech: { ...seconds, description: 'Seconds of all utterances' },
    emotions: {
      type: 'object',
      description: 'Seconds of the utterances whose answer is that emotion',
      required: labels,
      properties: Object.fromEntries(labels.map((label) => [label, seconds])),
    },
    notSure: { ...seconds, description: 'Seconds of the utterances about which the models are not sure' },
    segments: { type: 'array', items: ref('Utterance'), description: 'In order; empty if nobody speaks' },
  },
});

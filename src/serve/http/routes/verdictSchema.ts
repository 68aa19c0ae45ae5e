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

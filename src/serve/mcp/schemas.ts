import type { JsonSchemaType } from '@modelcontextprotocol/server';
import { FEATURE_SET_NAMES } from '../../data/embeddings/load.ts';
import { type Gender, GENDERS, PARTS } from '../../data/clip.ts';
import { FAMILIES } from '../../train/families/families.ts';
import { type Routing, ROUTINGS } from '../predict/routingChoice.ts';

/** Most clips whose features an answer may hold; more are written to a file. */
export const MOST_SHOWN = 20;
/** Most clips of a call. */
export const MOST_CLIPS = 1000;

const object = (properties: Record<string, JsonSchemaType>, required: string[] = []): JsonSchemaType => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const text = (description: string) => ({ type: 'string', minLength: 1, description }) as const;
const clips = {
  type: 'array',
  items: { type: 'string', minLength: 1 },
  minItems: 1,
  description: `Audio files, or folders of them; ${MOST_CLIPS} clips at most`,
} as const;
const models = text(`A family of models (${Object.keys(FAMILIES).join(', ')}), or a folder of models; default: that of the server`); // prettier-ignore

export interface PredictInput {
  paths: string[];
  models?: string;
  routing?: Routing;
  gender?: Gender;
}
export const predictInput = object(
  {
    paths: clips,
    models,
    routing: { type: 'string', enum: ROUTINGS, description: 'How the emotion model is chosen; the default suits nearly always' }, // prettier-ignore
    gender: { type: 'string', enum: GENDERS, description: 'Gender of all voices, if it is known' },
  },
  ['paths'],
);

export interface FeaturesInput {
  paths: string[];
  features?: string;
  out?: string;
}
const sets = FEATURE_SET_NAMES.join('|');
export const featuresInput = object(
  {
    paths: clips,
    features: {
      type: 'string',
      pattern: `^(${sets})(\\+(${sets}))*$`,
      description: `A feature set (${FEATURE_SET_NAMES.join(', ')}), or several joined by +; default: librosa186`,
    },
    out: text(`File for the features: .csv, .json or .parquet; required for frames and for more than ${MOST_SHOWN} clips`), // prettier-ignore
  },
  ['paths'],
);

export interface EvaluateInput {
  who?: (typeof PARTS)[number];
  models?: string;
  data?: string[];
  predictions?: string;
  protocol?: string;
  out?: string;
}
export const evaluateInput = object({
  who: {
    type: 'string',
    enum: PARTS,
    description: "Whose model and clips of the family's own protocol; default: combined, unless predictions are given",
  },
  models,
  data: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    minItems: 1,
    description: 'Labelled recordings to test the models on instead: manifests (.csv) or folders',
  },
  predictions: text('A CSV with predictions of another toolkit, to be scored by the same rules; needs a protocol'),
  protocol: text('The protocol of the predictions, such as luna-5fold'),
  out: text('The report folder; default: reports/WHO in the first allowed folder'),
});

export interface ReportInput {
  folder: string;
}
export const reportInput = object({ folder: text('A report folder, as written by evaluate or `ser eval`') }, [
  'folder',
]);

/** Figures of every system of a report, for all of its clips. */
export const reportOutput = object(
  {
    ...{ folder: { type: 'string' }, kind: { type: 'string' }, protocol: { type: 'string' } },
    labels: { type: 'array', items: { type: 'string' } },
    systems: {
      type: 'array',
      description: 'Figures of all its clips, means over the seeds: UAR, accuracy and the others',
      items: object(
        {
          ...{ name: { type: 'string' }, what: { type: 'string' }, clips: { type: 'number' } },
          figures: { type: 'object', additionalProperties: { type: ['number', 'null'] } },
        },
        ['name', 'what', 'clips', 'figures'],
      ),
    },
    files: { type: 'array', items: { type: 'string' } },
  },
  ['folder', 'kind', 'protocol', 'labels', 'systems', 'files'],
);

import { FEATURE_SET_NAMES } from '../../data/embeddings/load.ts';
import { TABLE_DEFAULTS } from '../../data/tables/buildTables.ts';

export const FEATURES_OPTION = {
  type: 'string',
  default: TABLE_DEFAULTS.featureSet,
  describe: `Feature set (${FEATURE_SET_NAMES.join(', ')}, an encoder of \`ser embeddings list\`, or onnx:FILE; of an encoder also #LAYER, or -functionals), or several joined by +; must be the one on which a model was trained`,
} as const;

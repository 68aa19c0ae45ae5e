import type { Classifier } from '../classifier.ts';
import { fitEnsemble } from './fitEnsemble.ts';
import { fitKnownSpeakers } from './fitKnownSpeakers.ts';
import type { MlpNotes, MlpOptions } from './mlp.ts';

/** `Classifier.fitLong`: the mean of several networks, for any speakers or for known ones. */
export const fitMlp: NonNullable<Classifier<MlpOptions, MlpNotes>['fitLong']> = (
  shape,
  train,
  validation,
  options,
  context,
) => (options.knownSpeakers ? fitKnownSpeakers : fitEnsemble)(shape, train, validation, options, context);

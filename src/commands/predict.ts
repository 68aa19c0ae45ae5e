import { fileURLToPath } from 'node:url';
import type { CommandModule } from 'yargs';
import { type Gender, GENDERS } from '../data/clip.ts';
import { writeFileAtomic } from '../files.ts';
import { showProgress } from '../progress.ts';
import { findClipFiles } from '../serve/clipFiles.ts';
import { loadEmotionModels } from '../serve/emotionModels.ts';
import { predictClips } from '../serve/predictClips.ts';
import { formatOutcomes, type PredictionFormat } from '../serve/predictionFormats.ts';
import { modelsFor, type Routing, ROUTING_DEFAULT, ROUTINGS } from '../serve/routingChoice.ts';
import { loadEngine } from '../train/engine.ts';
import { CLIPS_POSITIONAL, FORMAT_OPTION, OUT_OPTION, WORKERS_OPTION } from './options.ts';

interface PredictArguments {
  paths: string[];
  gender?: Gender;
  routing: Routing;
  models: string;
  'gender-model'?: string;
  format: PredictionFormat;
  out?: string;
  workers: number;
}

export const predictCommand: CommandModule<object, PredictArguments> = {
  command: 'predict <paths..>',
  describe: 'Predict gender and emotion of audio files and of folders of them',
  builder: (parser) =>
    parser
      .positional('paths', CLIPS_POSITIONAL)
      .option('gender', {
        choices: GENDERS,
        describe: 'Take every voice for this, instead of asking the gender model',
      })
      .option('routing', {
        choices: ROUTINGS,
        default: ROUTING_DEFAULT,
        describe:
          "hard: the more probable gender's model; soft: both, mixed by the probability of the genders; " +
          'pooled: the one model that was trained on both, which asks for no gender',
      })
      .option('models', {
        type: 'string',
        default: fileURLToPath(new URL('../../models', import.meta.url)),
        defaultDescription: 'models of this package',
        describe: 'Folder with male/, female/, and perhaps gender/ and pooled/',
      })
      .option('gender-model', {
        type: 'string',
        defaultDescription: 'gender/gender.onnx of --models, else of this package',
        describe: 'Gender model in ONNX',
      })
      .option('format', FORMAT_OPTION)
      .option('out', OUT_OPTION)
      .option('workers', { ...WORKERS_OPTION, describe: 'Threads that decode and analyse' })
      .example('$0 predict clip.wav', 'one clip, with the probability of each emotion')
      .example('$0 predict recordings/ --format csv --out emotions.csv', 'a folder, to a spreadsheet')
      .example('$0 predict clip.wav --gender female --format json', 'gender given; for another program')
      .example('$0 predict child.wav --routing pooled', 'a voice that neither label fits')
      .epilogue(
        'Exit code 1 if a clip could not be read; its row says why, and the others are predicted all the same.',
      ),
  handler: async ({ paths, gender, routing, models: folder, 'gender-model': genderModel, format, out, workers }) => {
    const load = modelsFor({ gender, routing });
    const files = findClipFiles(paths);
    const models = await loadEmotionModels({ folder, engine: await loadEngine(), load, genderModel });
    const progress = files.length > 1 ? showProgress('predict', files.length) : undefined;
    const outcomes = await predictClips(files, models, {
      gender,
      routing,
      workers,
      onClip: () => progress?.tick(),
    }).finally(() => progress?.stop());
    models.dispose();

    const text = formatOutcomes(outcomes, format);
    if (out) writeFileAtomic(out, text);
    else process.stdout.write(text);
    const failed = outcomes.filter((outcome) => 'error' in outcome).length;
    if (out) console.error(`${files.length - failed} of ${files.length} clips predicted: ${out}`);
    if (failed > 0) process.exitCode = 1;
  },
};

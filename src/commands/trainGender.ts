import { fileURLToPath } from 'node:url';
import type { CommandModule } from 'yargs';
import { TABLE_PATHS } from '../data/table.ts';
import { readTable } from '../data/tableFile.ts';
import { saveGenderModel, trainGenderModel } from '../train/genderModel.ts';

interface TrainGenderArguments {
  table: string;
  out: string;
  json: boolean;
}

export const trainGenderCommand: CommandModule<object, TrainGenderArguments> = {
  command: 'train-gender',
  describe: 'Train the model that tells male from female voices by the same features',
  builder: (parser) =>
    parser
      .option('table', { type: 'string', default: TABLE_PATHS.original, describe: 'Features of the clips' })
      .option('out', {
        type: 'string',
        default: fileURLToPath(new URL('../../models/gender', import.meta.url)),
        defaultDescription: 'models/gender of this package',
        describe: 'The model folder',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print the figures as JSON' })
      .example('$0 train-gender', 'on the training clips of the reference protocol, into models/gender'),
  handler: async ({ table, out, json }) => {
    const model = trainGenderModel(await readTable(table));
    saveGenderModel(out, model);
    const { test, unseenSpeakers, protocol } = model;
    if (json) console.log(JSON.stringify({ protocol, test, unseenSpeakers }, null, 2));
    else {
      console.log(`${out}: ${test.correct} of ${test.n} test clips of protocol ${protocol}, whose speakers are known`);
      console.log(
        `${unseenSpeakers.correct} of ${unseenSpeakers.n} clips of unseen speakers (${unseenSpeakers.protocol})`,
      );
    }
  },
};

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CommandModule } from 'yargs';
import { dealtGroups } from '../src/data/adapt/groups.ts';
import { getProtocol, testedLabels } from '../src/data/protocols/protocols.ts';
import { trainedWith } from '../src/data/protocols/trainedWith.ts';
import { tablePaths } from '../src/data/tables/tablePaths.ts';
import { readTable } from '../src/data/tables/tableFile.ts';
import { selectRows } from '../src/data/tables/table.ts';
import { rescale } from '../src/data/temperature.ts';
import { renderPng } from '../src/eval/charts/render.ts';
import type { Prediction, Predictions } from '../src/eval/systems/predictions.ts';
import { type PartScores, scorePart } from '../src/eval/systems/scores.ts';
import { overSeedsText } from '../src/eval/text/figureText.ts';
import { fillMarked, markdownTable } from '../src/eval/text/markdown.ts';
import { writeFileAtomic } from '../src/files/files.ts';
import { withScaler } from '../src/train/bundle/scaler.ts';
import { temperatureOf } from '../src/train/bundle/temperature.ts';
import { getClassifier } from '../src/train/classifiers/classifiers.ts';
import { predictTable } from '../src/train/predictTable.ts';
import { trainFold } from '../src/train/trainFold.ts';
import { adaptationChart } from './adaptationChart.ts';

interface Arguments {
  features: string;
  draws: number;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const DOCUMENT = here('../docs/adaptation.md');
const FIGURE = here('../docs/figures/adaptation.png');

/** Known clips of each test speaker; Infinity: all of its test clips. */
const KNOWN = [1, 2, 4, 8, 16, Infinity];

/** Predictions of all test clips, one a draw of the known clips. */
type Curve = Map<number | null, Predictions[]>;

export const adaptation: CommandModule<object, Arguments> = {
  command: 'adaptation',
  describe: 'no timing: UAR by the number of known clips of a test speaker; writes docs/adaptation.md',
  builder: (args) =>
    args
      .option('features', {
        type: 'string',
        default: 'moonshine-functionals',
        describe: 'features of the support vector machine',
      })
      .option('draws', { type: 'number', default: 5, describe: 'times that the known clips are drawn' }),
  handler: async ({ features, draws }) => {
    const curve: Curve = await measure(features, draws);
    const scores = Array.from(curve, ([clips, runs]) => ({ clips, scores: scorePart(runs) }));
    const [{ scores: plain }] = scores;
    const speakers = `${plain.n} clips of ${plain.speakers} speakers`;
    const points = scores.map(({ clips, scores: { figures: { uar } } }) => ({ clips: clips === Infinity ? plain.n / plain.speakers : clips, uar: uar.mean, low: uar.interval!.low, high: uar.interval!.high })); // prettier-ignore
    const chart = adaptationChart(points, {
      title: 'Speaker adaptation: UAR by the number of known clips',
      subtitle: `luna-5fold, ${speakers}, svm on ${features}; transductive; band: 95 % over speakers`,
    });
    writeFileAtomic(FIGURE, await renderPng(chart));
    const filled = fillMarked(readFileSync(DOCUMENT, 'utf8'), 'curve', section(table(scores), features, draws));
    if (filled === undefined) throw new Error(`${DOCUMENT} has no place for the curve.`);
    writeFileAtomic(DOCUMENT, filled);
    console.log(table(scores));
  },
};

async function measure(features: string, draws: number): Promise<Curve> {
  const all = await readTable(tablePaths('ravdess', features).original);
  const protocol = trainedWith(getProtocol('luna-5fold'), ['song']);
  const labels = testedLabels(protocol, all);
  const curve: Curve = new Map();
  const add = (clips: number | null, draw: number, rows: readonly Prediction[], temperature: number): void => {
    const runs = curve.get(clips) ?? [];
    curve.set(clips, runs);
    runs[draw] ??= { protocol: protocol.name, labels, rows: [] };
    runs[draw].rows.push(...rows.map((row) => ({ ...row, probabilities: rescale(row.probabilities, temperature) })));
  };
  for (const fold of protocol.folds(all.clips)) {
    const tested = new Set(fold.test.map(({ id }) => id));
    const test = selectRows(all, ({ id }) => tested.has(id));
    for (const speakerAdapt of [false, true]) {
      const trained = await trainFold(
        { table: all, protocol, fold, classifier: getClassifier('svm') },
        { speakerAdapt },
      );
      const { validation, speakerPrior } = trained;
      const temperature = temperatureOf(validation);
      const model = { labels: trained.labels, speakerPrior, predictProba: withScaler(trained.model, trained) };
      for (const clips of speakerAdapt ? KNOWN : [null]) {
        for (let draw = 0; draw < (clips === null || clips === Infinity || clips === 1 ? 1 : draws); draw++) {
          const groups = clips === null ? undefined : dealtGroups(test, clips, draw + 1);
          add(clips, draw, predictTable(model, test, protocol.name, groups).rows, temperature);
        }
      }
      console.error(`${fold.name}, ${speakerAdapt ? 'adapted' : 'plain'}`);
    }
  }
  return curve;
}

function section(figures: string, features: string, draws: number): string {
  return [
    '## With how many clips does it pay?',
    `A support vector machine on \`${features}\`, one model for both genders, trained on speech and song, under \`luna-5fold\`; the known clips are drawn at random ` +
      `${draws} times, without labels, the clip itself among them; in brackets 95 % over speakers (\`npm run bench -- adaptation --draws ${draws}\`). Every row but the first is transductive.`,
    figures,
    '![UAR by the number of known clips of the test speaker](figures/adaptation.png)',
  ].join('\n\n');
}

function table(scores: readonly { clips: number | null; scores: PartScores }[]): string {
  const name = (clips: number | null): string =>
    clips === null ? 'without adaptation' : clips === Infinity ? 'all, 60' : String(clips);
  const rows = scores.map(({ clips, scores: { figures } }) => [
    name(clips),
    ...['uar', 'accuracy', 'logLoss', 'ece'].map((metric) => overSeedsText(figures[metric])),
  ]);
  return markdownTable(['clips of the speaker', 'UAR', 'accuracy', 'log loss', 'ECE'], rows);
}

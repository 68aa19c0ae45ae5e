import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Part } from '../../data/clip.ts';
import { getProtocol } from '../../data/protocols/protocols.ts';
import { METRICS } from '../metrics/metrics.ts';
import type { Interval } from '../statistics/bootstrap.ts';
import { wholeOf } from '../systems/scores.ts';
import { describeSystem } from '../systems/systems.ts';
import { ANCHORS } from '../text/anchors.ts';
import { METRIC_TITLES, metricTexts } from '../text/figureText.ts';
import { fencedMarkdown, markdownTable } from '../text/markdown.ts';
import { makeReport, type Report } from './report.ts';
import { PREDICTIONS, readReport } from './reportFiles.ts';

/** The model trained in every fold of a cross-validation. */
export interface Trained {
  /** The kind of model: `pair`, `pooled`, `pooled-gender`. */
  model: string;
  classifier: string;
  features: string;
  /** A further training channel (`--with`). */
  with: string | null;
  /** Whether augmented copies were used in training. */
  augmented: boolean;
  /**
   * Test clips of a speaker whose statistics standardise each of them, without labels, which is transductive: `all`, or a number of them at most;
   * null: none (`--speaker-adapt`).
   */
  adapted: 'all' | number | null;
  /** Weight of the other gender's clips in models of one gender, 0 if they are left out. */
  otherGender: number;
  /** Networks of a `mlp` model whose probabilities are averaged; absent if there are two, as in the default recipe, or as many as the classifier has by itself. */
  networks?: number;
  /** Whether clips are standardised by the speakers recognised in them (`--known-speakers`), in the model or its members; absent if not. */
  knownSpeakers?: true;
  /** Further corpora in training (`--also`); absent if there are none. */
  also?: readonly string[];
  /** Whether the options of each fold were chosen on its training clips alone (`ser tune`); absent if not. */
  tuned?: true;
}

/** One figure of one system under one protocol. */
export interface Result extends Trained {
  protocol: string;
  /** How the predictions were combined; the first system is the model's own. */
  system: string;
  /** The part of the clips. */
  part: Part;
  /** `Metric.name` */
  metric: string;
  /** Over the seeds; the standard deviation is null with one seed. */
  mean: number;
  sd: number | null;
  /** 95 %, bootstrap over the test speakers of the mean over the seeds; null if there is none, as for probabilities. */
  interval: Interval | null;
  seeds: number[];
  /** Number of test clips. */
  n: number;
  /** The command that makes the figure, including trainings. */
  command: string;
}

/** A stored cross-validation, scored again. */
export interface KeptReport {
  trained: Trained;
  command: string;
  report: Report;
}

/**
 * Scores the predictions of all cross-validations in a folder, in the order of their names.
 * @throws {SerError} `table` for a damaged one
 */
export function readKeptReports(folder: string): KeptReport[] {
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, PREDICTIONS)));
  return names.sort().map((name) => {
    const input = readReport(join(folder, name));
    const { options, data, command } = input.manifest;
    const trained = {
      model: String(options.model),
      classifier: String(options.classifier),
      features: String(options.features ?? 'librosa186'), // older manifests know no others
      with: (options.with as string | undefined) ?? null,
      augmented: data.augmented !== undefined,
      adapted: options.speakerAdapt ? ((options.speakerAdaptClips as number | undefined) ?? ('all' as const)) : null,
      otherGender: Number(options.otherGenderWeight ?? 0),
      ...(options.networks !== undefined && options.networks !== 2 && { networks: Number(options.networks) }),
      ...((options.knownSpeakers === true || /known-speakers=true/.test(String(options.members))) && { knownSpeakers: true as const }), // prettier-ignore
      ...(options.also !== undefined && { also: options.also as string[] }),
      ...(options.tuned !== undefined && { tuned: true as const }),
    };
    return { trained, command, report: makeReport(input).report };
  });
}

/** All figures of some reports, for docs/results.json. */
export function resultsOf(reports: readonly KeptReport[]): Result[] {
  return reports.flatMap(({ trained, command, report: { protocol, seeds, systems } }) =>
    systems.flatMap(({ name: system, parts }) =>
      Object.entries(parts).flatMap(([part, { n, figures }]) =>
        METRICS.map(({ name: metric }): Result => {
          const { mean, sd, interval } = figures[metric];
          return {
            ...{ protocol, ...trained, system, part: part as Part, metric, mean, sd, interval },
            ...{ seeds: seeds.filter((seed) => seed !== null), n, command },
          };
        }),
      ),
    ),
  );
}

/** Routing by the true gender and routing by probability differ little: the table shows only one of them. */
const isShown = (system: string): boolean => system !== 'soft';

/** The classifier, and its training data besides the clips of the protocol. */
export function trainedText({
  classifier,
  features,
  with: channel,
  augmented,
  adapted,
  otherGender,
  networks,
  knownSpeakers,
  also = [],
  tuned,
}: Trained): string {
  const transductive = adapted && `speaker-adapted${adapted === 'all' ? '' : ` by ${adapted}`} (transductive)`;
  const others = [
    networks !== undefined && `${networks} networks`,
    features === 'librosa186' ? undefined : features,
    channel,
    ...also,
    augmented && 'augmented copies',
    transductive,
    knownSpeakers && 'speakers recognised',
    otherGender > 0 && `other gender × ${otherGender}`,
    tuned && 'tuned',
  ];
  return [classifier, ...others.filter(Boolean)].join(', ');
}

/** What a user gets whose voices' gender is not known: the systems that the short table compares. */
const IN_USE: readonly string[] = ['hard', 'pooled'];

/**
 * For each protocol the models of the reference system and those with the highest UAR, as the gender model routes or pooled. Models that know the other
 * clips of a test speaker are left out.
 */
export function resultsSummary(reports: readonly KeptReport[]): string {
  const candidates = reports
    .filter(({ trained }) => trained.adapted === null)
    .flatMap(
      ({ trained, command, report: { protocol, systems } }) =>
      systems
        .filter(({ name }) => IN_USE.includes(name))
        .map((system) => ({ protocol, trained, isReference: command.includes('--models reference'), whole: wholeOf(system) })), // prettier-ignore
    );
  const protocols = [...new Set(candidates.map(({ protocol }) => protocol))];
  const rows = protocols.flatMap((protocol) => {
    const ranked = candidates
      .filter((candidate) => candidate.protocol === protocol)
      .sort((a, b) => b.whole.figures.uar.mean - a.whole.figures.uar.mean);
    const shown = new Set([ranked.find(({ isReference }) => isReference) ?? ranked[0], ranked[0]]);
    return [...shown].map(({ trained, isReference, whole }) => [
      `\`${protocol}\``,
      sharedPhrase(protocol),
      isReference ? 'reference system' : trainedText(trained),
      ...metricTexts(whole).slice(0, 2),
    ]);
  });
  return markdownTable(['protocol', 'test voices', 'models', ...METRIC_TITLES.slice(0, 2)], rows, 3);
}

/** Whom the test clips of a protocol are of. */
export function sharedPhrase(name: string): string {
  const { shares } = getProtocol(name);
  if (!shares.includes('speaker')) return 'new speakers';
  return shares.includes('sentence') ? 'known speakers' : 'known speakers, new sentence';
}

/** One row per protocol and system, then published figures under these protocols, then the commands. */
export function resultsMarkdown(reports: readonly KeptReport[]): string {
  const shown = reports.flatMap(
    ({ trained, report: { protocol, seeds, systems } }) =>
    systems.filter(({ name }) => isShown(name)).map((system) => ({ protocol, trained, seeds, name: system.name, whole: wholeOf(system) })), // prettier-ignore
  );
  const rows = shown.map(({ protocol, trained, seeds, name, whole }) => [
    ...[
      `\`${protocol}\``,
      trainedText(trained),
      `\`${name}\``,
      `${whole.n} of ${whole.speakers} speakers`,
      String(seeds.length),
    ],
    ...metricTexts(whole),
  ]);
  const protocols = [...new Set(reports.map(({ report }) => report.protocol))];
  const anchors = protocols.flatMap((protocol) =>
    (ANCHORS[protocol] ?? []).map(({ uar, what, source }) => `- \`${protocol}\`: ${uar}, ${what} (${source})`),
  );
  return [
    markdownTable(['protocol', 'classifier', 'system', 'test clips', 'seeds', ...METRIC_TITLES], rows, 3),
    'Behind a classifier: what it learnt from besides the clips of the protocol. Transductive: each test clip is standardised by all test clips of its speaker, without labels ([adaptation](adaptation.md)).',
    [...new Set(shown.map(({ name }) => name))].map((name) => `- \`${name}\`: ${describeSystem(name)}`).join('\n'),
    ...(anchors.length > 0 ? ['What others report, UAR:', anchors.join('\n')] : []),
    'The commands, trainings included:',
    fencedMarkdown([...new Set(reports.map(({ command }) => command))].join('\n'), 'sh'),
  ].join('\n\n');
}

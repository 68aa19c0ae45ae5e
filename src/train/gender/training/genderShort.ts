import { type FeatureTable, tableOf, tableVector } from '../../../data/tables/table.ts';
import { readTable, writeTable } from '../../../data/tables/tableFile.ts';
import { voiceData } from '../voices/voiceTables.ts';
import { type Voice, VOICE_LICENCES, type VoiceCorpus } from '../voices/voices.ts';
import { LOG_MEL, logMelFrames } from '../../../features/sets/logMel.ts';
import { type Content, jsonText } from '../../../files/files.ts';
import { replaceFileSet } from '../../../files/fileSet.ts';
import { createRandom } from '../../../random.ts';
import { ecapaGraph } from '../ecapa/ecapaGraph.ts';
import type { EcapaContext } from '../ecapa/fitEcapa.ts';
import { foldJobs, type GenderJob } from './genderJobs.ts';
import { GENDER_MODEL_FILES, genderMetadata } from '../ecapa/genderMetadata.ts';
import { SHORT_TABLE, trainOptions } from './genderRun.ts';
import { type GenderScore, scoreGender } from './genderScores.ts';
import { trainGender } from './trainGender.ts';

/** The short version: a fifth of the speakers is held out for the test, the network is trained on pieces of the others. */
export const SHORT_DEFAULTS = { folds: 5, steps: 150, out: 'reports/gender-short' } as const;

/** Pieces of this many frames, a limited number per speaker and (but one of each) per corpus, with a coarser step: small once compressed. */
const PIECES = { frames: 104, perSpeaker: 6, perCorpus: 256, step: 0.25 };

/** Options of the short training. */
export interface ShortOptions {
  /** Folder for the model. Default: none is written. */
  out?: string;
  seed: number;
  steps: number;
  /** Default: the committed one. */
  table?: string;
  /** Corpora that are not learnt from; all of their clips are test clips. Default: none. */
  without?: readonly VoiceCorpus[];
}

/** Trains a small model on the committed spectra, and tests it on held-out speakers. */
export async function trainShort(
  { out, seed, steps, table = SHORT_TABLE, without = [] }: ShortOptions,
  context: EcapaContext,
): Promise<GenderScore[]> {
  const data = voiceData([await readTable(table)]);
  const [fold] = foldJobs(data.rows, SHORT_DEFAULTS.folds, seed);
  const isLeftOut = ({ corpus }: Voice): boolean => without.includes(corpus);
  const job: GenderJob = {
    ...fold,
    isForTraining: (row) => fold.isForTraining(row) && !isLeftOut(row),
    isForTest: (row) => fold.isForTest(row) || isLeftOut(row),
  };
  const batches = { rows: 2304, lengths: [96] };
  const result = await trainGender(
    job,
    data,
    { ...trainOptions({ seed, steps }, job), averaging: 0.9, batches },
    context,
  );
  const scores = scoreGender(
    result.predictions,
    `one of ${SHORT_DEFAULTS.folds} folds${without.map((corpus) => `, nothing of ${corpus}`).join('')}, pieces of ${PIECES.frames} frames`,
  );
  if (out) {
    const source = `gender-ser, short training on pieces of clips, seed ${seed}, ${steps} steps`;
    const corpora = VOICE_LICENCES.filter(({ name }) => !without.some((corpus) => corpus === name));
    const model = ecapaGraph(result.tensors).toBytes(genderMetadata({ source, corpora }));
    const files = new Map<string, Content>([['gender.onnx', model]]);
    replaceFileSet(
      out,
      GENDER_MODEL_FILES,
      files.set('metrics.json', jsonText({ source, scores, losses: result.losses })),
    );
  }
  return scores;
}

/** Makes the committed table: pieces of the loudest part of some clips of every speaker. @param table  of clips as recorded */
export function writeShortTable(table: FeatureTable, path = SHORT_TABLE): void {
  const random = createRandom('short');
  const bySpeaker = new Map<string, number[]>();
  const speakers = new Map<string, Set<string>>();
  table.clips.forEach(({ corpus, speaker }, i) => {
    bySpeaker.set(speaker, [...(bySpeaker.get(speaker) ?? []), i]);
    speakers.set(corpus, (speakers.get(corpus) ?? new Set()).add(speaker));
  });
  const most = (row: number): number => {
    const share = Math.floor(PIECES.perCorpus / speakers.get(table.clips[row].corpus)!.size);
    return Math.max(1, Math.min(PIECES.perSpeaker, share));
  };
  const chosen = [...bySpeaker.values()].flatMap((rows) => random.shuffle(rows).slice(0, most(rows[0])));
  const rows = chosen.map((i) => ({ clip: table.clips[i], values: loudestPiece(tableVector(table, i)) }));
  const licences = VOICE_LICENCES.map(({ name, licence }) => `${name} (${licence})`).join(', ');
  const licence = `Pieces of log-mel frames of ${licences}: see README.md`;
  writeTable(path, tableOf(logMelFrames, table.labels, rows, { corpus: table.provenance?.corpus ?? '', licence }));
}

function loudestPiece(values: Float32Array): Float32Array {
  const { mels } = LOG_MEL;
  const frames = values.length / mels;
  const length = Math.min(frames, PIECES.frames);
  const loudness = Float64Array.from({ length: frames }, (_, t) => values.subarray(t * mels, (t + 1) * mels).reduce((a, b) => a + b, 0)); // prettier-ignore
  let sum = loudness.subarray(0, length).reduce((a, b) => a + b, 0);
  let best = { at: 0, sum };
  for (let at = 1; at + length <= frames; at++) {
    sum += loudness[at + length - 1] - loudness[at - 1];
    if (sum > best.sum) best = { at, sum };
  }
  const piece = values.subarray(best.at * mels, (best.at + length) * mels);
  // Without −0, which would be a separate value in the file.
  return piece.map((value) => Math.round(value / PIECES.step) * PIECES.step + 0);
}

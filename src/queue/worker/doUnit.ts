import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { featureSet } from '../../data/embeddings/load.ts';
import { CONDITIONS_KIND } from '../../data/perturb/conditionsKind.ts';
import { FEATURES_KIND } from '../../data/vectors/featuresKind.ts';
import { type JobKind, type JobPool, openThreads } from '../../data/workers/executor.ts';
import { runOrdered } from '../../data/workers/runOrdered.ts';
import { SerError } from '../../error.ts';
import { runCommands } from '../../train/processes.ts';
import { CLIPS_KIND } from '../../serve/predict/analyseClip.ts';
import { inputWords } from '../inputs.ts';
import type { Unit, UnitResult } from '../unit.ts';
import { toPlain } from '../values.ts';
import type { FileCache } from './fileCache.ts';

/** The kinds of jobs that a worker knows. */
const KINDS = { features: FEATURES_KIND, conditions: CONDITIONS_KIND, clips: CLIPS_KIND };

/** What does the units of a worker. */
export interface Doer {
  /** @throws {SerError} `queue` for a unit that cannot be done here */
  do(unit: Unit, signal: AbortSignal): Promise<UnitResult>;
  close(): Promise<void>;
}

/** @param folder  for files of units. @param threads  of each kind of job */
export function createDoer(files: FileCache, folder: string, threads: number): Doer {
  const pools = new Map<string, JobPool<unknown, unknown>>();
  const poolOf = (kind: JobKind<unknown, unknown>): JobPool<unknown, unknown> => {
    const known = pools.get(kind.name) ?? openThreads(kind, threads);
    pools.set(kind.name, known);
    return known;
  };
  return {
    do: async (unit, signal) => {
      try {
        const places = await files.hold(unit);
        if (unit.work.kind === 'command') return await doCommand(unit, unit.work.words, places, folder, signal);
        checkEncoder(unit, unit.work.jobs[0].featureSet);
        const kind = KINDS[unit.work.kind] as unknown as JobKind<unknown, unknown>;
        return { outcomes: await doJobs(poolOf(kind), kind, unit.work.jobs, places) };
      } finally {
        await files.release(unit);
      }
    },
    close: async () => {
      await Promise.all(Array.from(pools.values(), (pool) => pool.close()));
    },
  };
}

function checkEncoder({ encoder }: Unit, name: string | undefined): void {
  if (encoder === undefined || name === undefined || featureSet(name).encoder === encoder) return;
  throw new SerError('queue', `the encoder of ${name} is another file here than at the coordinator.`);
}

type Outcomes = Extract<UnitResult, { outcomes: unknown }>['outcomes'];

async function doJobs(
  pool: JobPool<unknown, unknown>,
  kind: JobKind<unknown, unknown>,
  jobs: readonly unknown[],
  places: ReadonlyMap<string, string>,
): Promise<Outcomes> {
  const own = jobs.map((job) => kind.mapPaths(job, (path) => placeOf(path, places)));
  const outcomes: Outcomes = [];
  for await (const outcome of runOrdered(pool, own)) {
    if ('result' in outcome) outcomes.push({ result: toPlain(outcome.result) as Record<string, unknown> });
    else outcomes.push({ error: { ...toldOf(outcome.error, places) } });
  }
  return outcomes;
}

/** An error as it would be at the coordinator: with its paths. */
function toldOf(error: Error, places: ReadonlyMap<string, string>): { message: string; code?: string } {
  let { message } = error;
  for (const [theirs, here] of places) message = message.replaceAll(here, theirs);
  return { message, ...(error instanceof SerError && { code: error.code }) };
}

function placeOf(path: string, places: ReadonlyMap<string, string>): string {
  const place = places.get(path);
  if (place === undefined) throw new SerError('queue', `the unit reads ${path}, which is not among its files.`);
  return place;
}

async function doCommand(
  unit: Unit,
  words: readonly string[],
  places: ReadonlyMap<string, string>,
  folder: string,
  signal: AbortSignal,
): Promise<UnitResult> {
  const out = await mkdtemp(join(folder, 'unit-'));
  try {
    const own = [...words];
    for (const { at, prefix, path } of inputWords(words)) {
      own[at] = prefix + (await inputHere(path, unit.folder, places, join(out, `input-${at}`)));
    }
    const lines: string[] = [];
    await runCommands([[...own, `--trainings=${join(out, 'results')}`]], signal, 1, (line) => lines.push(line), words);
    return { lines, files: await packed(join(out, 'results')) };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

/** Where a file or a folder of the coordinator lies here; a name stays what it is. @param copy  for a folder whose files do not lie together */
async function inputHere(
  path: string,
  theirs: string,
  places: ReadonlyMap<string, string>,
  copy: string,
): Promise<string> {
  const place = places.get(path);
  if (place !== undefined) return place;
  const inside = [...places].filter(([file]) => !relative(path, file).startsWith('..'));
  if (inside.length === 0) return path;
  if (inside.every(([file, here]) => here === resolve(theirs, file))) return resolve(theirs, path);
  for (const [file, here] of inside) {
    const target = join(copy, relative(path, file));
    await mkdir(dirname(target), { recursive: true });
    await copyFile(here, target);
  }
  return copy;
}

/** All files of a folder. */
async function packed(folder: string): Promise<Extract<UnitResult, { files: unknown }>['files']> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.map(async (file) => ({
      path: relative(folder, file).split(sep).join('/'),
      base64: (await readFile(file)).toString('base64'),
    })),
  );
}

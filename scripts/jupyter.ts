import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SerError } from '../src/error.ts';

const root = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

export const NOTEBOOKS = ['male', 'female', 'combined', 'explore'] as const;
export type NotebookName = (typeof NOTEBOOKS)[number];

export const notebookPath = (name: string): string => root(`notebooks/${name}.ipynb`);

/** What of a notebook (nbformat 4) is read here. */
export interface Notebook {
  cells: Cell[];
  metadata: object;
}

export interface Cell {
  id: string;
  cell_type: 'code' | 'markdown';
  metadata: { tags?: string[]; execution?: unknown };
  source: string[];
  execution_count?: number | null;
  outputs?: CellOutput[];
}

export interface CellOutput {
  output_type: 'display_data' | 'execute_result' | 'stream' | 'error';
  /** By MIME type. */
  data?: Record<string, unknown>;
  text?: string[];
}

/** How to get what is missing. */
export const GET_NBCONVERT =
  'Jupyter is not on this machine, or it lacks nbconvert: `pip install jupyterlab` has both; ' +
  'on Debian and Ubuntu `apt install jupyter-nbconvert jupyter-client python3-nbformat` is enough to run the notebooks.';

/** Whether `jupyter SUBCOMMAND` is there: `nbconvert`, `lab`, `notebook`. */
export function hasJupyter(subcommand: string): boolean {
  return spawnSync('jupyter', [subcommand, '--version'], { stdio: 'ignore' }).status === 0;
}

/** With it, Jupyter finds the project's own kernel, whatever others are installed. */
export function jupyterEnv(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const path = [root('notebooks/jupyter'), env.JUPYTER_PATH].filter(Boolean).join(delimiter);
  return { ...env, JUPYTER_PATH: path, DENO_NO_UPDATE_CHECK: '1' };
}

/** @throws {SerError} `usage` where `npm ci` has not installed Deno */
export function requireDeno(): void {
  if (existsSync(root('node_modules/.bin/deno'))) return;
  throw new SerError('usage', 'Deno, which runs the notebooks, is not installed: `npm ci` does that.');
}

/**
 * Runs a notebook top to bottom in a new kernel, in its own folder. The file is left as it is.
 * @param env  besides the process's own. `SER_CORPORA` is left out unless it stands here: audio that is played becomes part of
 * the outputs, and that of the corpora must not be passed on with them
 * @returns it with the outputs of this run, and nothing that differs from run to run, such as times
 * @throws {SerError} `usage` with the cell and its error if one fails, or if what it shows was lost on the way
 */
export async function executeNotebook(path: string, env: NodeJS.ProcessEnv = {}): Promise<Notebook> {
  requireDeno();
  for (let attempt = 1; ; attempt++) {
    const notebook = await executeOnce(path, env);
    const silent = notebook.cells.find((cell) => !isWhole(cell));
    if (!silent) return notebook;
    if (attempt === ATTEMPTS) {
      throw new SerError(
        'usage',
        `${path}: what the cell ${silent.id} shows did not arrive, ${ATTEMPTS} times; the machine is too busy.`,
      );
    }
  }
}

/** On a busy machine Deno's kernel now and then loses a message: then the notebook is not whole, and is run again. */
const ATTEMPTS = 4;

async function executeOnce(path: string, env: NodeJS.ProcessEnv): Promise<Notebook> {
  const options = [
    ...['--to', 'notebook', '--execute', '--stdout', '--log-level=ERROR'],
    ...['--ExecutePreprocessor.kernel_name=deno', '--ExecutePreprocessor.record_timing=False'],
    // A busy machine may take its time to deliver a chart; without it the notebook would not be whole.
    ...['--ExecutePreprocessor.timeout=1800', '--ExecutePreprocessor.iopub_timeout=300'],
    '--ExecutePreprocessor.raise_on_iopub_timeout=True',
  ];
  const environment = { ...process.env, SER_CORPORA: undefined, NO_COLOR: '1', ...env };
  const { error, stdout, stderr } = await new Promise<{ error: Error | null; stdout: string; stderr: string }>((done) =>
    execFile(
      'jupyter',
      ['nbconvert', ...options, path],
      { env: jupyterEnv(environment), maxBuffer: 2 ** 28 },
      (error, stdout, stderr) => done({ error, stdout, stderr }),
    ),
  );
  if (error) throw new SerError('usage', `${path} does not run: ${reasonOf(stderr) || error.message}`);
  const notebook = JSON.parse(stdout) as Notebook;
  for (const cell of notebook.cells) delete cell.metadata.execution;
  return notebook;
}

/** Statements of a cell, not within others: calls of notebooks/display.ts, and a line that is printed, of which a cell has one at most. */
const SHOWS = /^(await (showChart|showTable|play)|.*liveChart)\(/m;
const PRINTS = /^console\.log\(/m;

/** Whether what a cell shows or prints has arrived. */
export function isWhole({ source, outputs }: Pick<Cell, 'source' | 'outputs'>): boolean {
  const code = source.join('');
  const has = (type: CellOutput['output_type']): boolean => !!outputs?.some((output) => output.output_type === type);
  return (has('display_data') || !SHOWS.test(code)) && (has('stream') || !PRINTS.test(code));
}

/** As Jupyter writes it, so that saving it there changes nothing. */
export function notebookText(notebook: Notebook): string {
  return `${JSON.stringify(notebook, null, 1)}\n`;
}

/** Opens the notebooks in the browser; ends when Jupyter does. */
export async function openNotebooks(subcommand: 'lab' | 'notebook'): Promise<number> {
  requireDeno();
  const jupyter = spawn('jupyter', [subcommand, root('notebooks')], { stdio: 'inherit', env: jupyterEnv() });
  // Ctrl-C is for Jupyter, which asks back.
  process.on('SIGINT', () => undefined);
  return new Promise((done) => jupyter.on('exit', (code) => done(code ?? 1)));
}

/** Of nbconvert's traceback the part that tells: the cell and its error. */
function reasonOf(stderr: string): string {
  const at = stderr.indexOf('CellExecutionError:');
  const told =
    at < 0 ? stderr.trim().split('\n').slice(-5).join('\n') : stderr.slice(at + 'CellExecutionError:'.length);
  // eslint-disable-next-line no-control-regex -- colours of the terminal
  return told.replaceAll(/\u001b\[[0-9;]*m/g, '').trim();
}

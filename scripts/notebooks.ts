/**
 * The notebooks: `npm run notebooks` opens them in Jupyter, `npm run notebooks:run [-- male …]` runs them in place. See
 * docs/notebooks.md.
 */
import { SerError } from '../src/error.ts';
import { writeFileAtomic } from '../src/files/files.ts';
import {
  executeNotebook,
  GET_NBCONVERT,
  hasJupyter,
  type NotebookName,
  notebookPath,
  NOTEBOOKS,
  notebookText,
  openNotebooks,
} from './jupyter.ts';

const [verb, ...names] = process.argv.slice(2);
try {
  process.exitCode = verb === 'open' ? await open() : await run(names);
} catch (error) {
  if (!(error instanceof SerError)) throw error;
  console.error(error.message);
  process.exitCode = error.code === 'usage' ? 2 : 1;
}

async function open(): Promise<number> {
  const found = (['lab', 'notebook'] as const).find(hasJupyter);
  if (found) return openNotebooks(found);
  console.error('Jupyter is not on this machine: `pip install jupyterlab`, then run this again.');
  console.error(
    'To read the notebooks with their results, nothing is needed: notebooks/*.ipynb, or any viewer of them.',
  );
  return 1;
}

async function run(wanted: string[]): Promise<number> {
  const unknown = wanted.find((name) => !NOTEBOOKS.includes(name as NotebookName));
  if (unknown) throw new SerError('usage', `There is no notebook "${unknown}"; there are ${NOTEBOOKS.join(', ')}.`);
  if (!hasJupyter('nbconvert')) {
    console.error(GET_NBCONVERT);
    return 1;
  }
  let failed = 0;
  for (const name of wanted.length > 0 ? wanted : NOTEBOOKS) {
    const started = performance.now();
    try {
      const notebook = await executeNotebook(notebookPath(name));
      writeFileAtomic(notebookPath(name), notebookText(notebook));
      console.log(`notebooks/${name}.ipynb: ${Math.round((performance.now() - started) / 1000)} s`);
    } catch (error) {
      if (!(error instanceof SerError)) throw error;
      failed++;
      console.error(`notebooks/${name}.ipynb is left as it was. ${error.message}`);
    }
  }
  return failed > 0 ? 1 : 0;
}

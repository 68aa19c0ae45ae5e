import { extname } from 'node:path';
import { featureSet } from '../../data/embeddings/load.ts';
import { namedFeatures } from '../../data/tables/writtenFeatures.ts';
import { extractFiles } from '../../data/vectors/extractFiles.ts';
import { type FileVector, formatVectors, VECTOR_FORMATS, type VectorFormat } from '../../data/vectors/formatVectors.ts';
import { SerError } from '../../error.ts';
import { checkOutFile, writeArriving } from '../../files/files.ts';
import { counted } from '../../words.ts';
import { clipsIn } from './clipsIn.ts';
import { type FeaturesInput, MOST_SHOWN } from './schemas.ts';
import type { ToolAnswer, ToolContext } from './tool.ts';

/** The features of every clip, in the answer or in a file. */
export async function featuresTool(
  { paths, features = 'librosa186', out: wanted }: FeaturesInput,
  { folders, workers, signal, progress }: ToolContext,
): Promise<ToolAnswer> {
  const set = featureSet(features);
  const files = clipsIn(paths, folders);
  const out = wanted === undefined ? undefined : folders.within(wanted);
  const format = out === undefined ? undefined : formatOf(out);
  if (out !== undefined) checkOutFile(out, 'out');
  else if (set.level === 'frames') throw new SerError('usage', `${features} has a row for every frame: name a file as out.`); // prettier-ignore
  else if (files.length > MOST_SHOWN) throw new SerError('usage', `${files.length} clips: for more than ${MOST_SHOWN}, name a file as out.`); // prettier-ignore

  const failures: { file: string; error: string }[] = [];
  let done = 0;
  const options = { featureSet: set.name, workers, onFailure: (file: string, error: string) => void failures.push({ file, error }) }; // prettier-ignore
  const rows = async function* (): AsyncGenerator<FileVector> {
    for await (const row of extractFiles(files, options)) {
      signal.throwIfAborted();
      progress(++done + failures.length, files.length);
      yield row;
    }
  };
  const clips: object[] = [];
  if (out !== undefined) await writeArriving(out, formatVectors(rows(), set, format!));
  else for await (const { file, vector, warnings } of rows()) clips.push({ file, ...namedFeatures(vector, set), warnings }); // prettier-ignore
  const said = `${features}: ${counted(set.names.length, 'value')} of ${counted(done, 'clip')}${out === undefined ? '' : ` in ${out}`}`;
  const data = { features, clips: done, failures, ...(out === undefined ? { values: clips } : { file: out }) };
  return { text: [said, ...failures.map(({ file, error }) => `${file}: failed: ${error}`), ...clips.map((clip) => JSON.stringify(clip))].join('\n'), data }; // prettier-ignore
}

function formatOf(path: string): VectorFormat {
  const found = VECTOR_FORMATS.find((format) => extname(path) === `.${format}`);
  if (found) return found;
  throw new SerError('usage', `${path}: name the file .${VECTOR_FORMATS.join(', .')}.`);
}

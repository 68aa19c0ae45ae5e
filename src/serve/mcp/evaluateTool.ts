import { join } from 'node:path';
import { COMBINED } from '../../data/clip.ts';
import { SerError } from '../../error.ts';
import { checkOutFolder } from '../../files/files.ts';
import { runCommands } from '../../train/processes.ts';
import { allowedModels } from './allowedModels.ts';
import { readFigures } from './reportTool.ts';
import type { EvaluateInput } from './schemas.ts';
import type { ToolAnswer, ToolContext } from './tool.ts';

/** Evaluates by `ser eval`, in a process of its own, and answers with the figures of the report that it wrote. */
export async function evaluateTool(
  input: EvaluateInput,
  { folders, models: usual, signal }: ToolContext,
): Promise<ToolAnswer> {
  const { who, data, predictions, protocol, out } = input;
  if (predictions === undefined && protocol !== undefined) throw new SerError('usage', 'A protocol belongs to predictions: models are tested under the one that they were trained for.'); // prettier-ignore
  if (predictions !== undefined && (data ?? who ?? input.models) !== undefined) throw new SerError('usage', 'Either predictions or models are scored: leave out who, models and data, or the predictions.'); // prettier-ignore
  const { within, roots } = folders;
  const name = predictions === undefined ? (who ?? COMBINED) : 'predictions';
  const report = within(out ?? join(roots[0], 'reports', name));
  checkOutFolder(report, 'out');
  const words =
    predictions === undefined
      ? [
          ...(data ? [] : [name]),
          `--models=${allowedModels(input.models, usual, folders)}`,
          ...(data ?? []).map((path) => `--data=${within(path)}`),
        ]
      : [`--predictions=${within(predictions)}`, ...(protocol === undefined ? [] : [`--protocol=${protocol}`])];
  await runCommands([['eval', ...words, `--out=${report}`, '--no-card']], signal);
  return readFigures(report);
}

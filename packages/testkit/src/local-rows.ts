import { readDataset } from '@lathe/engine/dataset-file';
import { loadEncoders } from '@lathe/engine/encoders';

type Recipe = Required<NonNullable<Parameters<typeof readDataset>[2]>>['recipe'];

/**
 * What `npm run tune:local` makes of a file for the model in a folder: rows in tokens, and the task with its labels.
 * @example const { rows } = await localRows('models/lathe-tiny', { file: 'rows.jsonl', recipe: {} });
 */
export async function localRows(
  folder: string,
  { file, recipe }: { readonly file: string; readonly recipe: Recipe },
) {
  const { rows, targets } = await readDataset(file, await loadEncoders(folder), { recipe });
  return { rows, task: targets.task };
}

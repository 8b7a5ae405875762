import type { LinearPlan } from '../families/decoder-tensors.ts';
import type { AnyModelFolder } from '../families/model-folder.ts';
import { readTensor } from '../formats/safetensors.ts';

/** The weight of a linear layer as `[outputs, inputs]`, however it is stored. */
export async function readLinear(
  model: AnyModelFolder,
  { module, inputs, transposed }: LinearPlan,
): Promise<Float32Array> {
  const entry = model.tensors.get(`${module}.weight`);
  if (entry === undefined) throw new RangeError(`${model.path} has no weights for ${module}`);
  const stored = await readTensor(entry);
  return transposed ? turned(stored, stored.length / inputs) : stored;
}

/** The other way round: from `[outputs, inputs]` to how the layer is stored. */
export function asStored(weight: Float32Array, { inputs, transposed }: LinearPlan): Float32Array {
  return transposed ? turned(weight, inputs) : weight;
}

/** A row-major matrix of so many columns, transposed. */
export function turned<Numbers extends Float32Array | Int8Array>(
  matrix: Numbers,
  columns: number,
): Numbers {
  const rows = matrix.length / columns;
  const out = matrix.slice() as Numbers;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      out[column * rows + row] = matrix[row * columns + column] as number;
  return out;
}

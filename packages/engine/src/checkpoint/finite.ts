import { NotFiniteWeightsError } from './error.ts';
import { isFloatFormat } from './number-format.ts';
import { readTensor, type TensorEntry } from './safetensors.ts';

/** Throws NotFiniteWeightsError, naming file and tensor, for the first value that is NaN or infinite. */
export function requireFinite(file: string, tensor: string, data: Float32Array): void {
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new NotFiniteWeightsError(file, `value ${bad} is ${data[bad]}`, tensor);
}

/**
 * Looks through weights on disk, one tensor in memory at a time: throws NotFiniteWeightsError for the first value that is NaN
 * or infinite. It reads every byte, so it is for runs that have gone wrong, not for opening a model.
 */
export async function requireFiniteWeights(
  tensors: ReadonlyMap<string, TensorEntry>,
): Promise<void> {
  for (const [name, entry] of tensors)
    if (isFloatFormat(entry.dtype)) requireFinite(entry.file, name, await readTensor(entry));
}

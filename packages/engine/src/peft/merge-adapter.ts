import type { AnyModelFolder } from '../families/model-folder.ts';
import { CheckpointError } from '../formats/error.ts';
import { readTensor } from '../formats/safetensors.ts';
import type { Adapter } from './peft.ts';
import { refuseTiedHead } from './tied-head.ts';

/**
 * W + scale · B · A for every linear layer that the adapter touches, in float32 (summed in float64).
 * Keys are names of base tensors, `….q_proj.weight` [out, in]. Throws CheckpointError for a layer that the
 * base lacks, a shape that does not fit, or a tied head, which has no weight of its own to change.
 */
export async function mergeAdapter(
  base: AnyModelFolder,
  adapter: Adapter,
): Promise<Map<string, Float32Array>> {
  const merged = new Map<string, Float32Array>();
  for (const [name, a] of adapter.tensors) {
    if (!name.endsWith('.lora_A')) continue;
    const module = name.slice(0, -'.lora_A'.length);
    const b = adapter.tensors.get(`${module}.lora_B`);
    const weightName = `${module}.weight`;
    const entry = base.tensors.get(weightName);
    if (b === undefined)
      throw new CheckpointError(base.path, `the adapter lacks ${module}.lora_B`, weightName);
    if (entry === undefined)
      throw new CheckpointError(
        base.path,
        'the adapter changes it, but the base lacks it',
        weightName,
      );
    refuseTiedHead(base, weightName);
    const transposed = base.config.kind === 'decoder' && base.config.transposed;
    const [out, into] = transposed ? entry.shape.toReversed() : entry.shape;
    if (a.shape[1] !== into || b.shape[0] !== out || a.shape[0] !== b.shape[1]) {
      const problem = `adapter shapes [${b.shape.join(', ')}] and [${a.shape.join(', ')}] do not fit [${entry.shape.join(', ')}]`;
      throw new CheckpointError(base.path, problem, weightName);
    }
    const weight = await readTensor(entry);
    const factors = { a: a.data, b: b.data, rank: a.shape[0]!, scale: adapter.scale };
    addProduct(weight, transposed ? transposedFactors(factors) : factors);
    merged.set(weightName, weight);
  }
  return merged;
}

type Factors = { a: Float32Array; b: Float32Array; rank: number; scale: number };

/** weight [out, in] += scale · b [out, rank] · a [rank, in], one row at a time. */
function addProduct(weight: Float32Array, { a, b, rank, scale }: Factors): void {
  const into = a.length / rank;
  const sum = new Float64Array(into);
  for (let row = 0; row * into < weight.length; row++) {
    sum.fill(0);
    for (let k = 0; k < rank; k++) {
      const factor = b[row * rank + k]!;
      for (let i = 0; i < into; i++) sum[i]! += factor * a[k * into + i]!;
    }
    for (let i = 0; i < into; i++) weight[row * into + i]! += scale * sum[i]!;
  }
}

/** The factors of (B·A)ᵀ = Aᵀ·Bᵀ, for weights that lie [in, out]. */
function transposedFactors({ a, b, rank, scale }: Factors): Factors {
  return { a: transposedMatrix(b, rank), b: transposedMatrix(a, a.length / rank), rank, scale };
}

/** A row-major matrix of so many columns, turned. */
function transposedMatrix(matrix: Float32Array, columns: number): Float32Array {
  const rows = matrix.length / columns;
  return Float32Array.from(
    matrix,
    (_, at) => matrix[(at % rows) * columns + Math.floor(at / rows)]!,
  );
}

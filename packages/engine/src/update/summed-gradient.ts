import type { Tensor } from '../graph/tensor.ts';
import type { HostKernels } from '../optim/host-kernels.ts';
import { type HostStep, sumOfSquares } from '../optim/host-step.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import { addRows, type PlacedRows, RowSums } from '../optim/row-sums.ts';

/** One parameter's gradient of one micro-batch, in the parts that `parameterGradientsGraph` answers it in. */
export type MemberGradient = {
  readonly whole: Float32Array<ArrayBuffer> | undefined;
  readonly added: readonly PlacedRows[];
};

/** A parameter's gradient summed over micro-batches: all of it, or the rows that were reached. */
export type SummedGradient = Float32Array<ArrayBuffer> | RowSums;

/** Elements of a table whose gradient is rows that are updated at a time, at least one row. */
const blockElements = 32_768;

/** A parameter's gradient out of a run's outputs. */
export function memberGradient(
  name: string,
  outputs: Readonly<Record<string, Tensor>>,
): MemberGradient {
  const added: PlacedRows[] = [];
  for (let at = 0; ; at++) {
    const places = outputs[`places.${at}.${name}`]?.data;
    const rows = outputs[`rows.${at}.${name}`]?.data;
    if (places === undefined || rows === undefined) break;
    added.push({
      places: places as Int32Array<ArrayBuffer>,
      rows: rows as Float32Array<ArrayBuffer>,
    });
  }
  return { whole: outputs[`gradient.${name}`]?.data as Float32Array<ArrayBuffer>, added };
}

/** All memory of a gradient, lent or its own. */
export function gradientBuffers({ whole, added }: MemberGradient): ArrayBuffer[] {
  return [
    ...(whole === undefined ? [] : [whole.buffer]),
    ...added.flatMap(({ places, rows }) => [places.buffer, rows.buffer]),
  ];
}

/** The first micro-batch's gradient as a sum; what is whole is kept, and must not be read elsewhere. */
export function firstSum(
  { whole, added }: MemberGradient,
  shape: readonly number[],
): SummedGradient {
  const sum = whole ?? new RowSums(shape.slice(1).reduce((width, size) => width * size, 1));
  addAll(sum, added);
  return sum;
}

/** Adds another micro-batch's gradient, which comes in the same parts. */
export function addToSum(sum: SummedGradient, { whole, added }: MemberGradient): void {
  if (whole !== undefined && !(sum instanceof RowSums))
    for (let at = 0; at < sum.length; at++) sum[at]! += whole[at]!;
  addAll(sum, added);
}

function addAll(sum: SummedGradient, added: readonly PlacedRows[]): void {
  for (const rows of added)
    if (sum instanceof RowSums) sum.add(rows);
    else addRows(sum, rows);
}

/** Σ g². */
export function squares(sum: SummedGradient, kernels: HostKernels | undefined): number {
  const values = sum instanceof RowSums ? sum.reached() : sum;
  return kernels === undefined ? sumOfSquares(values) : kernels.sumOfSquares(values);
}

/** Updates a parameter; of a table whose gradient is rows, block by block, so that it is never there as a whole. */
export function updateFrom(
  sum: SummedGradient,
  optimizer: Optimizer,
  step: Omit<HostStep, 'gradient'>,
): void {
  if (!(sum instanceof RowSums)) {
    optimizer.updateOnHost({ ...step, gradient: sum });
    return;
  }
  const { weights, shape, buffers } = step;
  const width = weights.length / (shape[0] as number);
  const rows = optimizer.isElementwise ? Math.max(1, Math.floor(blockElements / width)) : shape[0];
  const block = new Float32Array(Math.min(weights.length, width * (rows as number)));
  let isZero = true;
  for (let start = 0; start < weights.length; start += block.length) {
    const end = Math.min(weights.length, start + block.length);
    const gradient = block.subarray(0, end - start);
    isZero = !sum.read(gradient, start, isZero);
    const cut = (buffer: Float32Array): Float32Array =>
      optimizer.isElementwise ? buffer.subarray(start, end) : buffer;
    optimizer.updateOnHost({
      ...step,
      gradient,
      weights: weights.subarray(start, end),
      shape: [(end - start) / width, ...shape.slice(1)],
      buffers: Object.fromEntries(
        Object.entries(buffers).map(([kind, buffer]) => [kind, cut(buffer)]),
      ),
    });
  }
}

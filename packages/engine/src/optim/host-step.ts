import { elementCount, type StateGroup } from './flat-state.ts';

/** One member's part of an update on the host: its slices of the group's buffers, written in place. */
export type HostStep = {
  readonly group: StateGroup;
  readonly shape: readonly number[];
  readonly weights: Float32Array;
  /** The other buffers of the optimizer, by kind. */
  readonly buffers: Readonly<Record<string, Float32Array>>;
  /** The summed gradient. */
  readonly gradient: Float32Array;
  /** What clipping and normalisation multiply the summed gradient by. */
  readonly factor: number;
  /** The step's numbers, as `Optimizer.scalars` gives them. */
  readonly scalars: Readonly<Record<string, number>>;
};

/** Σ x² in float64. */
export function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) {
    const x = values[at] as number;
    sum += x * x;
  }
  return sum;
}

/** 1 − lr·wd where the group decays, else 1. */
export function kept({ group, scalars }: HostStep): number {
  return group.decays ? 1 - (scalars.decay ?? 0) * group.rate : 1;
}

/** A member of a group, and its number in it. */
export type MemberPlace = { readonly group: StateGroup; readonly index: number };

/** A member's slice of a buffer that has one number for each of its elements. */
export function elementSlice(
  _: string,
  buffer: Float32Array,
  { group, index }: MemberPlace,
): Float32Array {
  const { offset, shape } = group.members[index] as StateGroup['members'][number];
  return buffer.subarray(offset, offset + elementCount(shape));
}

import { elementCount, type StateGroup } from './flat-state.ts';
import type { HostKernels } from './host-kernels.ts';

/** One member's part of an update on the host: its slices of the group's buffers, written in place. */
export type HostStep = {
  readonly group: StateGroup;
  readonly shape: readonly number[];
  readonly weights: Float32Array;
  /** The other buffers of the optimizer, by kind. */
  readonly buffers: Readonly<Record<string, Float32Array>>;
  readonly gradient: Float32Array;
  /** What clipping and normalisation multiply the summed gradient by. */
  readonly factor: number;
  /** Faster loops, where the state lies in a memory that they reach. */
  readonly kernels?: HostKernels | undefined;
  /** The step's numbers, as `Optimizer.scalars` gives them. */
  readonly scalars: Readonly<Record<string, number>>;
};

/** Σ x² in float64, as four sums that do not wait for each other, so that the processor adds them side by side. */
export function sumOfSquares(values: Float32Array): number {
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  const whole = values.length - (values.length % 4);
  for (let at = 0; at < whole; at += 4) {
    const a = values[at] as number;
    const b = values[at + 1] as number;
    const c = values[at + 2] as number;
    const d = values[at + 3] as number;
    first += a * a;
    second += b * b;
    third += c * c;
    fourth += d * d;
  }
  for (let at = whole; at < values.length; at++) first += (values[at] as number) ** 2;
  return first + second + (third + fourth);
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

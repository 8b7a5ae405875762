import { elementCount, type FlatState, type GroupBuffers } from '../optim/flat-state.ts';
import { createHostKernels, type HostKernels } from '../optim/host-kernels.ts';
import { type HostStep, sumOfSquares } from '../optim/host-step.ts';
import type { Optimizer } from '../optim/optimizer.ts';

/** A parameter with its slices of the state, as an update on the host takes it. */
export type HostMember = Pick<HostStep, 'group' | 'shape' | 'weights' | 'buffers'> & {
  readonly name: string;
};

/** Every parameter of the state, in the order of its groups. */
export function hostMembers(
  { groups, buffers }: Pick<FlatState, 'groups' | 'buffers'>,
  optimizer: Pick<Optimizer, 'slice'>,
): HostMember[] {
  return groups.flatMap((group) =>
    group.members.map((member, index) => {
      const { weights, ...others } = buffers.get(group.name) as GroupBuffers;
      const place = { group, index };
      return {
        group,
        name: member.name,
        shape: member.shape,
        weights: weights.subarray(member.offset, member.offset + elementCount(member.shape)),
        buffers: Object.fromEntries(
          Object.entries(others).map(([kind, buffer]) => [
            kind,
            optimizer.slice(kind, buffer, place),
          ]),
        ),
      };
    }),
  );
}

/** Kernels of this thread for a state that is one memory. */
export function kernelsFor({ memory }: Pick<FlatState, 'memory'>): HostKernels | undefined {
  return memory === undefined ? undefined : createHostKernels(memory);
}

/** What an update multiplies gradients by, and the step's other numbers. */
export type UpdateNumbers = Pick<HostStep, 'factor' | 'scalars'>;

/** Sums the gradients of some parameters over micro-batches, then updates them; faster with kernels for their memory. */
export function gradientSums(
  members: readonly HostMember[],
  optimizer: Optimizer,
  kernels?: HostKernels,
) {
  let sums: readonly Float32Array<ArrayBuffer>[] = [];
  return {
    /** Takes the gradients of the first micro-batch, which it keeps and adds to, or adds those of another. */
    take(gradients: readonly Float32Array<ArrayBuffer>[], isFirst: boolean): void {
      if (isFirst) {
        sums = gradients;
        return;
      }
      for (const [at, gradient] of gradients.entries()) addTo(sums[at] as Float32Array, gradient);
      free(gradients);
    },
    /** Σ g² of each parameter's sum. */
    squares: (): number[] => sums.map(kernels?.sumOfSquares ?? sumOfSquares),
    update(numbers: UpdateNumbers): void {
      for (const [at, { name: _, ...member }] of members.entries())
        optimizer.updateOnHost({
          ...member,
          ...numbers,
          gradient: sums[at] as Float32Array,
          kernels,
        });
    },
    /** Lets the gradients go. */
    drop(): void {
      free(sums);
      sums = [];
    },
  };
}

/**
 * Gives memory back now. Left to the garbage collector, which sees small objects only, the gradients of one step
 * are still there while the next one makes its own.
 */
function free(gradients: readonly Float32Array<ArrayBuffer>[]): void {
  for (const { buffer } of gradients) buffer.transfer(0);
}

function addTo(sum: Float32Array, more: Float32Array): void {
  for (let at = 0; at < sum.length; at++) sum[at]! += more[at]!;
}

/** What a thread needs of the state, with buffers that both threads see. */
export type SharedState = Pick<FlatState, 'groups' | 'buffers' | 'memory'>;

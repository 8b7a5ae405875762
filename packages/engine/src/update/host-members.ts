import { elementCount, type FlatState, type GroupBuffers } from '../optim/flat-state.ts';
import type { HostKernels } from '../optim/host-kernels.ts';
import type { HostStep } from '../optim/host-step.ts';
import type { Optimizer } from '../optim/optimizer.ts';
import { giveBack } from '../runtime/lent-memory.ts';
import {
  addToSum,
  firstSum,
  type MemberGradient,
  type SummedGradient,
  squares,
  updateFrom,
} from './summed-gradient.ts';

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

/** What an update multiplies gradients by, and the step's other numbers. */
export type UpdateNumbers = Pick<HostStep, 'factor' | 'scalars'>;

/** Sums the gradients of some parameters over micro-batches, then updates them; faster with kernels for their memory. */
export function gradientSums(
  members: readonly HostMember[],
  optimizer: Optimizer,
  kernels?: HostKernels,
) {
  let sums: readonly SummedGradient[] = [];
  return {
    /** Takes the gradients of the first micro-batch, which it keeps and adds to, or adds those of another. */
    take(gradients: readonly MemberGradient[], isFirst: boolean): void {
      if (isFirst)
        sums = gradients.map((gradient, at) =>
          firstSum(gradient, (members[at] as HostMember).shape),
        );
      else
        for (const [at, gradient] of gradients.entries())
          addToSum(sums[at] as SummedGradient, gradient);
      for (const { whole, added } of gradients) {
        if (whole !== undefined && !isFirst) giveBack(whole.buffer);
        for (const { places, rows } of added) {
          giveBack(places.buffer);
          giveBack(rows.buffer);
        }
      }
    },
    /** Σ g² of each parameter's sum. */
    squares: (): number[] => sums.map((sum) => squares(sum, kernels)),
    update(numbers: UpdateNumbers): void {
      for (const [at, { name: _, ...member }] of members.entries())
        updateFrom(sums[at] as SummedGradient, optimizer, { ...member, ...numbers, kernels });
    },
    /** Lets the gradients go. */
    drop(): void {
      for (const sum of sums) if (sum instanceof Float32Array) giveBack(sum.buffer);
      sums = [];
    },
  };
}

/** What a thread needs of the state, with buffers that both threads see. */
export type SharedState = Pick<FlatState, 'groups' | 'buffers' | 'memory'>;

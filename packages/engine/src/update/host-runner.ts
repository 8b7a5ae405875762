import { outputBytes } from '../graph/graph.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { StateGroup } from '../optim/flat-state.ts';
import type { Products } from '../runtime/device.ts';
import { giveBack, lentPlace } from '../runtime/lent-memory.ts';
import { parameterGradientsGraph } from '../step/graphs.ts';
import { gradientSums, type HostMember, hostMembers } from './host-members.ts';
import { onHost, type StepRunner, type StepRunnerOptions } from './step.ts';
import { gradientBuffers, type MemberGradient, memberGradient } from './summed-gradient.ts';
import { createTally } from './tally.ts';
import { kernelsFor } from './update-kernels.ts';
import { startUpdateThread } from './update-thread.ts';
import { weightPacking } from './weight-packing.ts';

/** Parameters with fewer elements in all are updated by one thread: it has done before two have spoken. */
const leastElements = 1 << 22;

/** Bytes of gradients from which on a training program does without an arena of its own. */
const mostArenaGradients = 64 * 2 ** 20;

/**
 * Whether a training program keeps its memory between runs. onnxruntime-node copies all gradients when a run is over, next
 * to what an arena keeps of dead activations; without an arena these have made room by then
 * (docs/decisions/2026-11-update-on-the-host.md has figures). Where our own kernels multiply, gradients are lent and nothing is copied.
 */
export function keepsArena(gradientBytes: number, products: Products = 'onnxruntime'): boolean {
  return products === 'lathe' || gradientBytes < mostArenaGradients;
}

/**
 * Runs the gradients as a graph and the update on the host. The binding copies every output of a run into
 * a new array, even one that was handed a buffer: a graph that updates the state pays that for weights and
 * all moments, this one for the gradients only (docs/decisions/2026-11-update-on-the-host.md has figures).
 * Where there are threads to spare, two update half of the parameters each; that changes no bit.
 */
export async function hostRunner(options: StepRunnerOptions): Promise<StepRunner> {
  const { device, forward, state, rule, mapFolder, parameters } = options;
  const { optimizer, maxGradientNorm } = rule;
  const members = hostMembers(state, optimizer);
  const graph = parameterGradientsGraph(forward, state.groups, parameters);
  const products = await device.products?.();
  const program = await device.compile(graph, {
    mapFolder,
    arena: keepsArena(outputBytes(graph), products),
    lends: true,
    prepack: weightPacking(graph, options.packing, products) !== undefined,
  });
  const own = options.updateThreads === 1 ? members : ownShare(members, options);
  const others = members.filter((member) => !own.includes(member));
  const library = await device.updateLibrary?.();
  const sums = gradientSums(own, optimizer, await kernelsFor(state, library));
  const thread =
    others.length === 0
      ? undefined
      : startUpdateThread({
          state: {
            groups: state.groups.map(plainGroup),
            buffers: state.buffers,
            memory: state.memory,
          },
          optimizer: rule.settings,
          names: others.map(({ name }) => name),
          lends: program.lends ?? false,
          library,
        });

  return {
    async run({ microBatches, weight, learningRate, step }) {
      const tally = createTally();
      let theirs: Promise<readonly number[]> | undefined;
      /** Lent gradients that the other thread reads until the update is over. */
      const kept: ArrayBuffer[] = [];
      for (const [at, batch] of microBatches.entries()) {
        const outputs = await program.run({ ...options.parameterFeeds, ...batch });
        tally.add(outputs);
        const isFirst = at === 0;
        const isLast = at === microBatches.length - 1;
        const gradients = gradientsOf(others, outputs);
        const buffers = gradients.flatMap(gradientBuffers).filter(lentPlace);
        theirs = thread?.take(gradients, { isFirst, isLast });
        sums.take(gradientsOf(own, outputs), isFirst);
        giveBackSums(outputs);
        if (!isLast) await theirs;
        if (isFirst || isLast) kept.push(...buffers);
        else for (const buffer of buffers) giveBack(buffer);
      }
      const squareOf = new Map<HostMember, number>();
      for (const [at, squares] of sums.squares().entries())
        squareOf.set(own[at] as HostMember, squares);
      for (const [at, squares] of ((await theirs) ?? []).entries())
        squareOf.set(others[at] as HostMember, squares);
      // In one order whoever has computed them: the sum is the same to the bit.
      const all = members.reduce((sum, member) => sum + (squareOf.get(member) ?? Number.NaN), 0);
      const gradientNorm = Math.sqrt(all) / weight;
      // The norm tells whether every gradient is finite, and nothing has been written until it is known.
      if (Number.isFinite(gradientNorm)) {
        const factor = Math.min(maxGradientNorm / (gradientNorm + 1e-6), 1) / weight;
        const numbers = { factor, scalars: optimizer.scalars(learningRate, step) };
        const updated = thread?.update(numbers);
        sums.update(numbers);
        await updated;
      } else thread?.drop();
      sums.drop();
      for (const buffer of kept) giveBack(buffer);
      return { ...tally.done(), gradientNorm };
    },
    ...onHost,
    async dispose() {
      await thread?.stop();
      await program.dispose();
    },
  };
}

/** What this thread updates: all, or about half where another thread can take the rest. */
function ownShare(
  members: readonly HostMember[],
  { device, state, updateThreads }: StepRunnerOptions,
): readonly HostMember[] {
  const size = (list: readonly HostMember[]): number =>
    list.reduce((sum, { weights }) => sum + weights.length, 0);
  const all = size(members);
  const isShared = [...state.buffers.values()].every(
    ({ weights }) => weights.buffer instanceof SharedArrayBuffer,
  );
  const hasThreads = updateThreads === 2 || ((device.hostThreads ?? 1) > 1 && all >= leastElements);
  if (!isShared || !hasThreads) return members;
  const own: HostMember[] = [];
  let taken = 0;
  // The largest first, each to whoever has less: halves of nearly equal size.
  for (const member of members.toSorted((a, b) => b.weights.length - a.weights.length)) {
    const elements = member.weights.length;
    if (taken + elements > Math.max(all / 2, elements)) continue;
    own.push(member);
    taken += elements;
  }
  return members.filter((member) => own.includes(member));
}

/** The group without what cannot be sent to a thread, such as how its members start. */
function plainGroup({ members, ...group }: StateGroup): StateGroup {
  return {
    ...group,
    members: members.map(({ name, shape, decays, rate, offset }) => ({
      name,
      shape,
      decays,
      rate,
      offset,
    })),
  };
}

/** Gives back the sums that a run reports, which were added up. */
function giveBackSums(outputs: Readonly<Record<string, Tensor>>): void {
  for (const [name, { data }] of Object.entries(outputs))
    if (!/^(?:gradient|places|rows)\./.test(name)) giveBack(data.buffer as ArrayBuffer);
}

function gradientsOf(
  members: readonly HostMember[],
  outputs: Readonly<Record<string, Tensor>>,
): MemberGradient[] {
  return members.map(({ name }) => memberGradient(name, outputs));
}

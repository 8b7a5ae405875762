import { bytesOf, type Graph, outputBytes } from '../graph/graph.ts';
import { elementCount } from '../graph/shape.ts';
import { bytesPerElement } from '../graph/tensor.ts';
import {
  constantOp,
  externalOp,
  inputOp,
  isLeaf,
  partOp,
  seedOp,
  type Value,
} from '../graph/value.ts';
import { lowerGraph } from '../onnx/lower.ts';
import { padsStored, usualPadding } from '../onnx/padded-widths.ts';
import { widensStored } from '../step/packed-weights.ts';
import type { weightPacking } from '../update/weight-packing.ts';
import { createArena } from './memory-arena.ts';
import { executionOrder, producer } from './memory-order.ts';

/** What a run of a graph needs of memory, in bytes. */
export type GraphMemory = {
  /** Pages of the runtime's arena: intermediate values and outputs, with what fragmentation loses. */
  readonly arena: number;
  /** Intermediate values and outputs that are alive together at most. */
  readonly live: number;
  /** The same as `arena` for a run that asks the allocator of the process instead. */
  readonly heap: {
    /** Most that is resident while the graph runs. */
    readonly running: number;
    /** What is resident when it has run: the outputs, and pages below them that are not given back. */
    readonly after: number;
  };
  /** Outputs, which the binding copies after a run. */
  readonly outputs: number;
  /** Weights that are mapped from files and read by a run. */
  readonly mapped: number;
  /** Fed tensors. */
  readonly inputs: number;
  /** Numbers written into the graph. */
  readonly constants: number;
  /** Operators in the graph. */
  readonly nodes: number;
};

/** Runs that are gone through: what is touched settles after the second. */
const runs = 2;

/** The allocator of the process (glibc) takes larger pieces from the kernel, and gives each back by itself. */
const mostHeapBytes = 32 * 2 ** 20;

/** Operators whose output is the first input's buffer. */
const aliases = new Set(['Reshape', 'Identity']);

const normGradient = [
  [3, 0],
  [0, 0],
  [1, 0],
] as const;

/** Operators an output of which takes over an input's buffer where nothing else reads that: the places of both. Those of our own kernels tell it by `GetMayInplace`. */
const inPlace: Readonly<Record<string, readonly (readonly [input: number, output: number])[]>> = {
  ScatterElements: [[0, 0]],
  ScatterND: [[0, 0]],
  Sigmoid: [[0, 0]],
  Tanh: [[0, 0]],
  Product: [[2, 0]],
  GatedSilu: [[1, 0]],
  GatedSiluGradient: [
    [0, 0],
    [2, 1],
  ],
  MaskedSoftmax: [[0, 0]],
  SoftmaxGradient: [[0, 0]],
  SoftmaxCrossEntropy: [[0, 2]],
  RmsNorm: [[0, 0]],
  LayerNorm: [[0, 0]],
  RmsNormGradient: normGradient,
  LayerNormGradient: normGradient,
};

/**
 * Goes through the runs of a graph as ONNX Runtime's CPU provider makes them, without running it: its order, its
 * reuse of buffers (a dead one of the same shape serves again, and is held until its last use), and its arena. `packs`: weights are
 * laid out anew when the session is opened, and so no run widens those that are stored in 16 bits, or pads them.
 */
export function graphMemory(
  graph: Graph,
  {
    packs = false,
    products,
  }: { readonly packs?: boolean; readonly products?: Parameters<typeof weightPacking>[2] } = {},
): GraphMemory {
  const lowered = lowerGraph(graph.outputs, {
    device: 'cpu',
    products: products === 'lathe' ? { threads: 1, leavesStored: packs } : undefined,
    padding: products === 'padded' ? usualPadding : undefined,
  });
  const isReady = (node: Value): boolean => packs && (widensStored(node) || padsStored(node));
  const order = executionOrder(lowered).filter((node) => !isReady(node));
  const plan = planBuffers(order, Object.values(lowered.outputs));
  const arena = runsIn(plan, Number.POSITIVE_INFINITY);
  const heap = runsIn(plan, mostHeapBytes);
  const leaves = lowered.nodes.filter(isLeaf);
  const sum = (values: readonly Value[]): number =>
    values.reduce((bytes, value) => bytes + bytesOf(value), 0);
  return {
    arena: arena.touched,
    live: arena.live,
    heap: {
      running: heap.touched + heap.mapped,
      after: heap.touched + heap.mappedOutputs,
    },
    outputs: outputBytes(graph),
    mapped: mappedBytes(lowered.nodes),
    inputs: sum(leaves.filter(({ op }) => op === inputOp)),
    constants: sum(leaves.filter(({ op }) => op === constantOp || op === seedOp)),
    nodes: order.length,
  };
}

/** A buffer of the plan; several values may have it, one after another. */
type Slot = { readonly bytes: number; readonly type: string; uses: number };

type Plan = { readonly steps: readonly PlannedStep[]; readonly outputs: readonly Slot[] };

/** Goes through a few runs of a plan; buffers larger than `mostBytes` come and go by themselves. */
function runsIn(plan: Plan, mostBytes: number) {
  const arena = createArena();
  let live = 0;
  let mapped = 0;
  for (let run = 0; run < runs; run++) {
    const held = new Map<Slot, ReturnType<typeof arena.take> | 'mapped'>();
    let alive = 0;
    let aliveMapped = 0;
    for (const [at, { taken, freed }] of plan.steps.entries()) {
      for (const slot of taken) {
        const isMapped = slot.bytes > mostBytes;
        held.set(slot, isMapped ? 'mapped' : arena.take(slot.bytes));
        alive += slot.bytes;
        if (isMapped) aliveMapped += slot.bytes;
      }
      live = Math.max(live, alive);
      mapped = Math.max(mapped, aliveMapped);
      const done = at === plan.steps.length - 1 ? [...freed, ...plan.outputs] : freed;
      for (const slot of done) {
        const chunk = held.get(slot);
        if (chunk === undefined) continue;
        if (chunk === 'mapped') aliveMapped -= slot.bytes;
        else arena.release(chunk);
        held.delete(slot);
        alive -= slot.bytes;
      }
    }
  }
  const mappedOutputs = plan.outputs
    .filter(({ bytes }) => bytes > mostBytes)
    .reduce((sum, { bytes }) => sum + bytes, 0);
  return { live, touched: arena.touchedBytes(), mapped, mappedOutputs };
}

type PlannedStep = { readonly taken: Slot[]; readonly freed: Slot[] };

/** Which buffers each step takes and lets go, after `AllocationPlanner`. */
function planBuffers(order: readonly Value[], outputs: readonly Value[]): Plan {
  const uses = countUses(order, outputs);
  const slots = new Map<string, Slot>();
  const answers = new Set(outputs.map(keyOf));
  const lastUse = new Map<Slot, number>();
  const waiting: Slot[] = [];
  const firstUse = new Map<Slot, number>();

  const finish = (slot: Slot, step: number): void => {
    lastUse.set(slot, step);
    if (--slot.uses === 0) waiting.unshift(slot);
  };
  const slotFor = (node: Value, index: number): Slot => {
    const { shape, dtype } = node.types[index] as Value['types'][number];
    const bytes = elementCount(shape) * bytesPerElement(dtype);
    const type = `${bytesPerElement(dtype)}:${shape.join()}`;
    const count = (uses.get(keyAt(node, index)) ?? 0) + 1;
    const name = operatorType(node);
    const isAlias = aliases.has(name);
    const places = isAlias ? [[0, 0] as const] : (inPlace[name] ?? []);
    for (const [from, output] of places) {
      const source = output === index ? node.inputs[from] : undefined;
      const own = source === undefined ? undefined : slots.get(keyOf(source));
      if (own === undefined || answers.has(keyAt(node, index))) continue;
      if (!isAlias && (own.uses > 1 || own.bytes !== bytes)) continue;
      own.uses += count;
      return own;
    }
    const at =
      answers.has(keyAt(node, index)) || shape.length === 0
        ? -1
        : waiting.findIndex((slot) => slot.type === type);
    if (at >= 0) {
      const [slot] = waiting.splice(at, 1) as [Slot];
      slot.uses += count;
      return slot;
    }
    return { bytes, type, uses: count };
  };

  for (const [step, node] of order.entries()) {
    for (const index of node.types.keys()) {
      const slot = slotFor(node, index);
      slots.set(keyAt(node, index), slot);
      if (!firstUse.has(slot)) firstUse.set(slot, step);
    }
    for (const input of node.inputs) {
      const slot = slots.get(keyOf(input));
      if (slot !== undefined) finish(slot, step);
    }
    for (const index of node.types.keys()) finish(slots.get(keyAt(node, index)) as Slot, step);
  }
  const steps: PlannedStep[] = order.map(() => ({ taken: [], freed: [] }));
  const kept = new Set(outputs.map((value) => slots.get(keyOf(value))));
  for (const [slot, step] of firstUse) (steps[step] as PlannedStep).taken.push(slot);
  for (const [slot, step] of lastUse)
    if (!kept.has(slot)) (steps[step] as PlannedStep).freed.push(slot);
  return { steps, outputs: [...kept].filter((slot) => slot !== undefined) };
}

/** How often each value is read; an output once more, by the caller. */
function countUses(order: readonly Value[], outputs: readonly Value[]): Map<string, number> {
  const uses = new Map<string, number>();
  const add = (value: Value): void => {
    uses.set(keyOf(value), (uses.get(keyOf(value)) ?? 0) + 1);
  };
  for (const { inputs } of order) for (const input of inputs) add(input);
  for (const value of outputs) add(value);
  return uses;
}

function keyOf(value: Value): string {
  const index = value.op === partOp ? (value.attributes as { index: number }).index : 0;
  return keyAt(producer(value), index);
}

function keyAt(node: Value, index: number): string {
  return `${node.id}.${index}`;
}

function operatorType(node: Value): string {
  return node.op.onnx?.(node).type ?? node.op.name;
}

/** Mapped weights; of a table that is only looked up in, the rows that are at most read. */
function mappedBytes(nodes: readonly Value[]): number {
  let bytes = 0;
  for (const weight of nodes.filter(({ op }) => op === externalOp)) {
    const readers = nodes.filter(({ inputs }) => inputs.includes(weight));
    const looked = readers.map((reader) =>
      operatorType(reader) === 'Gather' && reader.inputs[0] === weight ? bytesOf(reader) : Infinity,
    );
    bytes += Math.min(
      bytesOf(weight),
      looked.reduce((sum, part) => sum + part, 0),
    );
  }
  return bytes;
}

import type { Recipe } from '@lathe/recipe/recipe';
import { bytesPerElement } from '../graph/tensor.ts';
import type { Value } from '../graph/value.ts';
import type { WindowShape } from '../nn/window.ts';
import type { Objective } from '../objectives/objective.ts';
import { sequenceScore } from '../objectives/sequence-log-probability.ts';
import { createOptimizer } from '../optim/create-optimizer.ts';
import { elementCount, planGroups } from '../optim/flat-state.ts';
import { lossGraph, parameterGradientsGraph } from '../step/graphs.ts';
import { adaptedForward } from '../trained/adapted-forward.ts';
import { fixedInputs, frozenLayers } from '../trained/frozen-layers.ts';
import {
  type ModelPlan,
  type ModelStateOptions,
  planModel,
  weightValues,
} from '../trained/model-state.ts';
import { keepsArena } from '../update/host-runner.ts';
import { packingFor, weightPacking } from '../update/weight-packing.ts';
import { graphMemory } from './memory-plan.ts';

/** Most memory that a run's process holds, in bytes, by what it is for. */
export type MemoryEstimate = {
  /** Node, ONNX Runtime's library, and the compiled graph. */
  readonly runtime: number;
  /** Weights of the base model that are mapped from their files. */
  readonly mapped: number;
  /** Copies of them that are laid out anew for the products of the training step, and what stays beside those. */
  readonly packed: number;
  /** Trained weights, the optimizer's buffers, and tensors that a method keeps beside them. */
  readonly state: number;
  /** Copies of the gradients outside the runtime, and sums of earlier micro-batches. */
  readonly gradients: number;
  /** Activations, gradients and workspace inside the runtime, at the moment when the whole is largest. */
  readonly arena: number;
  /** The same of programs beside the training step: evaluation, and measured log-probabilities. */
  readonly beside: number;
  /** What is kept of frozen lower blocks, where there are any. */
  readonly kept: number;
  readonly total: number;
};

export type MemoryEstimateOptions = Pick<ModelStateOptions, 'model' | 'initial'> & {
  readonly settings: Recipe;
  readonly objective: Pick<
    Objective<never>,
    'contrastive' | 'forward' | 'head' | 'headless' | 'measured' | 'tokenScore'
  >;
  readonly shape: WindowShape;
  /** Whether a step is several micro-batches, whose gradients are summed; false when absent. */
  readonly accumulates?: boolean | undefined;
  /**
   * Bytes in memory of what frozen lower blocks make of the examples, where there are such blocks: most steps run the others
   * alone. Nothing is kept when absent.
   */
  readonly keptLayers?: number | undefined;
  /** Whether the run evaluates in between, in passes of the same shape; false when absent. */
  readonly evaluates?: boolean | undefined;
  /** Whose products the run takes; ONNX Runtime's as they are when absent. They take more memory than our own, and most where widths are padded. */
  readonly products?: Parameters<typeof weightPacking>[2];
};

/** A process that has loaded the engine and trained something tiny. */
const processBytes = 150 * 2 ** 20;
/** What an operator takes in the runtime and in the graph that it was compiled from. */
const nodeBytes = 12 * 2 ** 10;
/** What operators take for themselves while they run, and what the kernel rounds up, as a share of the arena. */
const workspaceShare = 0.1;
/** Of padded weights that were packed, what stays in holes of the allocator, as a share (docs/decisions/2026-11-padded-widths.md). */
const paddedShare = 0.4;
const numberBytes = 4;

/**
 * The most memory of a run on the CPU, from its graph: weights are neither read nor allocated. An
 * objective that measures log-probabilities beside its steps (`Objective.measured`) does so in further programs.
 */
export async function estimateMemory(options: MemoryEstimateOptions): Promise<MemoryEstimate> {
  return estimateShape(options, await planForEstimate(options));
}

/** As `estimateMemory`, for one window shape of a run that was planned once. */
export function estimateShape(
  { model, settings, objective, shape, ...options }: MemoryEstimateOptions,
  plan: Pick<ModelPlan, 'parameters' | 'adaptation'>,
): MemoryEstimate {
  const { accumulates, evaluates, keptLayers, products } = options;
  const groups = planGroups(plan.parameters);
  const weights = weightValues(model, plan);
  const forwardOf = adaptedForward(model, settings, plan);
  const pass = (border?: (x: Value) => Value) =>
    forwardOf(weights, shape, { objective, training: true, border });
  const layers =
    keptLayers === undefined ? undefined : frozenLayers(pass, fixedInputs(plan.adaptation));
  const kept = layers === undefined ? 0 : (keptLayers ?? 0);
  const forward = layers?.above ?? pass();
  /** Each program has an arena of its own, and stays until the run ends. */
  const scoring = (scored: Pick<Objective<never>, 'forward'>): number =>
    graphMemory(
      lossGraph(
        forwardOf(weightValues(model, plan), shape, { objective: scored, training: false }),
      ),
      { products },
    ).arena;
  const measuring = objective.measured === undefined ? 0 : scoring(sequenceScore);
  const lower = layers && { outputs: { states: layers.below } };
  const graph = parameterGradientsGraph(forward, groups, weights.parameters);
  const packs = packingFor(settings, objective);
  const packing = weightPacking(graph, packs, products);
  const packingBelow = lower && weightPacking(lower, packs, products);
  const memory = graphMemory(graph, { packs: packing !== undefined, products });
  const below = lower && graphMemory(lower, { packs: packingBelow !== undefined, products });
  const beside =
    measuring * (objective.measured?.estimate === undefined ? 1 : 2) +
    (evaluates ? scoring(objective) : 0) +
    // What it gives is an output, which the binding copies.
    (below === undefined ? 0 : below.arena + below.outputs);
  const packings = [packing, packingBelow].filter((one) => one !== undefined);
  const optimizer = createOptimizer(settings.optimizer);
  const buffers = groups.flatMap((group) => Object.values(optimizer.buffers(group)));
  const fixed = plan.adaptation.fixed.map(
    ({ shape, dtype = 'float32' }) => elementCount(shape) * bytesPerElement(dtype),
  );
  const trained = plan.parameters.map((parameter) => elementCount(parameter.shape));
  const state = numberBytes * sum([...trained, ...buffers]) + sum(fixed);
  const nodes = memory.nodes + (below?.nodes ?? 0);
  const constants = memory.constants + (below?.constants ?? 0);
  const runtime = processBytes + nodeBytes * nodes + 3 * constants;
  const { outputs, heap } = memory;
  const inHoles = Math.ceil(paddedShare * sum(packings.map(({ padded }) => padded)));
  const packed = inHoles + sum(packings.map(({ copies, widened }) => copies + widened));
  const released = sum(packings.map((one) => one.released));
  // Evaluation reads the weights as they are stored.
  const mapped = memory.mapped + (below?.mapped ?? 0) - (evaluates ? 0 : released);
  const withWorkspace = (bytes: number): number => Math.ceil((1 + workspaceShare) * bytes);
  // With several micro-batches, the sums of the earlier ones are there while one runs.
  const sums = accumulates ? outputs : 0;
  const isKept = keepsArena(outputs, products);
  // Without an arena, what is copied after a run takes the place of what died in it.
  const isRunning = withWorkspace(heap.running) > withWorkspace(heap.after) + outputs;
  const isCopied = products !== 'lathe' && (isKept || !isRunning);
  const gradients = sums + (isCopied ? outputs : 0);
  const arena = withWorkspace(isKept ? memory.arena : isRunning ? heap.running : heap.after);
  return {
    runtime,
    mapped,
    packed,
    state,
    gradients,
    arena,
    beside,
    kept,
    total: runtime + mapped + packed + state + gradients + arena + beside + kept,
  };
}

/** The parameters of a run, as its method lays them out; where they start does not matter here. */
export function planForEstimate(
  options: Pick<MemoryEstimateOptions, 'model' | 'settings' | 'objective' | 'initial'>,
): Promise<ModelPlan> {
  return planModel({ ...options, settings: withoutStart(options.settings), shapesOnly: true });
}

/** PiSSA's start needs the weights and a decomposition of each: its shapes are those of any other. */
function withoutStart(settings: Recipe): Recipe {
  const { adaptation } = settings;
  if (adaptation.type !== 'lora' || adaptation.initial !== 'pissa') return settings;
  return { ...settings, adaptation: { ...adaptation, initial: 'kaiming' } };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

import { createOptimizer } from '../optim/create-optimizer.ts';
import { elementCount, planGroups } from '../optim/flat-state.ts';
import { keptStateSize } from './kept-state-size.ts';
import { planForEstimate } from './memory-estimate.ts';
import type { RunEstimateOptions } from './run-estimate.ts';

/** How large the files of a run are, in bytes, but for text files and what describes the others. */
export type RunFiles = {
  /** Of a model that it saves: an adapter, or all weights. */
  readonly model: number;
  /** Of a state to go on from: trained weights and the optimizer's buffers. */
  readonly state: number;
  /** Of what all of its states share: what a frozen model made of the rows. */
  readonly sharedState: number;
};

const numberBytes = 4;

/**
 * What a run would write. Nothing is read but the shapes of weights. Throws RangeError when the model cannot be trained so.
 *
 * @example await estimateFiles({ model, settings, objective: causalLm, examples: [textExample([1, 2])] }, 'adapter')
 */
export async function estimateFiles<Example>(
  options: RunEstimateOptions<Example>,
  kind: 'adapter' | 'merged',
): Promise<RunFiles> {
  const { model, settings, objective, dataset, examples } = options;
  const plan = await planForEstimate(options);
  const optimizer = createOptimizer(settings.optimizer);
  const trained = sum(plan.parameters.map(({ shape }) => elementCount(shape)));
  const buffers = planGroups(plan.parameters).flatMap((group) =>
    Object.values(optimizer.buffers(group)),
  );
  const base = sum([...model.tensors.values()].map(({ byteLength }) => byteLength));
  const added = sum(plan.head.map(({ shape }) => elementCount(shape)));
  const isWhole = kind === 'merged' && base > 0;
  const [first] = examples;
  const each = first === undefined ? 0 : objective.sequences(first).length;
  const rows = (dataset?.rows ?? 0) + (dataset?.heldOut?.rows ?? 0);
  const tokens = (dataset?.tokens ?? 0) + (dataset?.heldOut?.tokens ?? 0);
  return {
    model: isWhole ? base + numberBytes * added : numberBytes * trained,
    state: numberBytes * (trained + sum(buffers)),
    sharedState: keptStateSize(options, { sequences: rows * each, tokens }),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

import type { Tensor } from '../graph/tensor.ts';
import {
  feedName,
  type ModelState,
  type ModelStateOptions,
  parameterFeeds,
  type WeightValues,
  weightValues,
} from './model-state.ts';

/** Graph values of the weights that a run starts from, and the feeds of those that are not mapped. */
export type StartingWeights = {
  values(): WeightValues;
  readonly feeds: Readonly<Record<string, Tensor>>;
};

/**
 * The weights that a run starts from, for as long as it lasts: mapped from the folder when only weights of
 * it train, else a copy of where the trained ones start. A fresh adapter starts as the base model; one that
 * is continued starts as itself, and is then the reference (TRL does the same). Must be called before the
 * first step; `wanted` false saves the copy.
 */
export function startingWeights(
  { model, initial }: Pick<ModelStateOptions, 'model' | 'initial'>,
  modelState: ModelState,
  wanted: boolean,
): StartingWeights {
  if (initial !== 'random' && modelState.adaptation.added.length === 0)
    return { values: () => weightValues(model, { ...modelState, parameters: [] }), feeds: {} };
  const feeds: Record<string, Tensor> = {};
  const fixed = new Set(modelState.adaptation.fixed.map(({ name }) => feedName(name)));
  if (wanted)
    for (const [name, tensor] of Object.entries(parameterFeeds(modelState)))
      feeds[name] = fixed.has(name)
        ? tensor
        : { ...tensor, data: (tensor.data as Float32Array).slice() };
  return { values: () => weightValues(model, modelState), feeds };
}

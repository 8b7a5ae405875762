import type { LoraForward } from '../step/forward.ts';
import type { ModelState } from './model-state.ts';
import type { TrainingSettings } from './settings.ts';

/** The adapter of a run as the forward pass wants it; undefined when every weight is trained. */
export function loraForward(
  { method }: TrainingSettings,
  { adapted }: ModelState,
): Omit<LoraForward, 'dropout'> | undefined {
  if (method.type !== 'lora' || adapted === undefined) return undefined;
  return {
    modules: new Set(adapted.map(({ module }) => module)),
    scale: method.alpha / method.rank,
  };
}

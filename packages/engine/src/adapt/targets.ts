import type { LinearPlan } from '../families/decoder-tensors.ts';
import { type ModelConfig, modelLinears } from '../families/model-config.ts';

/** A linear layer that an adapter is put on: `module` is its path, such as model.layers.0.mlp.up_proj. */
export type AdaptedLinear = LinearPlan;

/**
 * The linear layers inside the model's blocks that `targets` names, in forward order, by the rule of
 * peft: a target is a whole module path or its last parts. Throws RangeError for a target that names
 * none. The head is left out: an adapter on a tied head cannot be used downstream.
 */
export function adaptedLinears(
  config: ModelConfig,
  targets: readonly string[] | 'all-linear',
): AdaptedLinear[] {
  const linears = modelLinears(config);
  if (targets === 'all-linear') return linears;
  for (const target of targets)
    if (!linears.some(({ module }) => namesModule(target, module)))
      throw new RangeError(`LoRA target "${target}" names no linear layer of the model's blocks`);
  return linears.filter(({ module }) => targets.some((target) => namesModule(target, module)));
}

/** Whether a target names a module: its whole path, or the last parts of it. */
export function namesModule(target: string, module: string): boolean {
  return module === target || module.endsWith(`.${target}`);
}

/**
 * What a peft configuration lists for these layers: the last part of a path where every layer of that
 * name is adapted, otherwise the whole path.
 */
export function targetNames(config: ModelConfig, linears: readonly AdaptedLinear[]): string[] {
  const lastPart = (module: string): string => module.slice(module.lastIndexOf('.') + 1);
  const adapted = new Set(linears.map(({ module }) => module));
  const partial = new Set(
    adaptedLinears(config, 'all-linear')
      .filter(({ module }) => !adapted.has(module))
      .map(({ module }) => lastPart(module)),
  );
  const names = linears.map(({ module }) =>
    partial.has(lastPart(module)) ? module : lastPart(module),
  );
  return [...new Set(names)];
}

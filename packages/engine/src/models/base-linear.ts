import type { BaseLinear } from '../adapt/adaptation.ts';
import type { TensorPlan } from '../families/decoder-tensors.ts';
import { type ModelConfig, modelTensors } from '../families/model-config.ts';
import type { Value } from '../graph/value.ts';
import { add } from '../ops/elementwise.ts';
import { transpose } from '../ops/layout.ts';
import { matmul } from '../ops/matmul.ts';

/**
 * A linear layer of an architecture as it is stored: x·Wᵀ, or x·W where weights lie [inputs, outputs], plus
 * the bias where there is one. `plans` are all tensors of the architecture.
 */
export function baseLinear(
  config: ModelConfig,
  plans: ReadonlyMap<string, TensorPlan>,
  { module, tensor }: { readonly module: string; tensor(name: string): Value },
): BaseLinear {
  const transposed = config.kind === 'decoder' && config.transposed;
  const stored = (): Value => tensor(`${module}.weight`);
  const biasName = `${module}.bias`;
  const bias = plans.has(biasName) ? tensor(biasName) : undefined;
  const product = (x: Value): Value => matmul(x, stored(), { transB: !transposed });
  return {
    product,
    bias,
    whole: (x) => (bias === undefined ? product(x) : add(product(x), bias)),
    weight: () => (transposed ? transpose(stored(), [1, 0]) : stored()),
  };
}

/** Every linear layer of an architecture as it is stored. */
export function baseLinears(
  config: ModelConfig,
  tensor: (name: string) => Value,
): (module: string, x: Value) => Value {
  const plans = modelTensors(config);
  return (module, x) => baseLinear(config, plans, { module, tensor }).whole(x);
}

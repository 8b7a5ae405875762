import { type ModelConfig, modelTensors } from '../checkpoint/model-config.ts';
import type { Value } from '../graph/value.ts';
import { add } from '../ops/elementwise.ts';
import { matmul } from '../ops/matmul.ts';

/**
 * The linear layers of an architecture as they are stored: x·Wᵀ, or x·W where weights lie
 * [inputs, outputs], plus the bias where there is one.
 */
export function baseLinears(
  config: ModelConfig,
  tensor: (name: string) => Value,
): (module: string, x: Value) => Value {
  const plans = modelTensors(config);
  const transB = !(config.kind === 'decoder' && config.transposed);
  return (module, x) => {
    const product = matmul(x, tensor(`${module}.weight`), { transB });
    const bias = `${module}.bias`;
    return plans.has(bias) ? add(product, tensor(bias)) : product;
  };
}

import type { DecoderConfig } from '../checkpoint/decoder-config.ts';
import { decoderTensors } from '../checkpoint/decoder-tensors.ts';
import type { Value } from '../graph/value.ts';
import { add } from '../ops/elementwise.ts';
import { matmul } from '../ops/matmul.ts';

/**
 * The linear layers of an architecture as they are stored: x·Wᵀ, or x·W where weights lie
 * [inputs, outputs], plus the bias where there is one.
 */
export function baseLinears(
  config: DecoderConfig,
  tensor: (name: string) => Value,
): (module: string, x: Value) => Value {
  const plans = decoderTensors(config);
  return (module, x) => {
    const product = matmul(x, tensor(`${module}.weight`), { transB: !config.transposed });
    const bias = `${module}.bias`;
    return plans.has(bias) ? add(product, tensor(bias)) : product;
  };
}

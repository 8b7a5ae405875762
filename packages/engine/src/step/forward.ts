import { loraLinear } from '../adapt/lora.ts';
import type { LlamaConfig } from '../checkpoint/llama-config.ts';
import { input, type Value } from '../graph/value.ts';
import { type LlamaWeights, llamaHead, llamaHidden } from '../models/llama.ts';
import { packedAttention, packedMask, ropeValues } from '../nn/attention.ts';
import { dropout } from '../nn/dropout.ts';
import type { WindowShape } from '../nn/window.ts';
import type { Forward, Objective } from '../objectives/objective.ts';
import { add } from '../ops/elementwise.ts';
import { matmul } from '../ops/matmul.ts';

/** The adapter that a forward pass puts beside some linear layers. */
export type LoraForward = {
  readonly modules: ReadonlySet<string>;
  readonly scale: number;
  /** Dropout of the adapter's inputs; `columnKeys` gives each layer its part of the hash. */
  readonly dropout?:
    | { readonly rate: number; columnKeys(module: string, width: number): Int32Array }
    | undefined;
};

export type ForwardSpec = {
  readonly config: LlamaConfig;
  readonly shape: WindowShape;
  /** A float32 value for a weight: a fed parameter or a mapped, frozen weight. */
  tensor(name: string): Value;
  readonly lora?: LoraForward | undefined;
  readonly objective: Pick<Objective<never>, 'forward'>;
};

/**
 * The forward pass over one micro-batch, whose arrays come in as inputs named as in `batchFeeds`.
 * Every window is `[rows, tokens]`; inside, tokens are one flat axis.
 */
export function forward({ config, shape, tensor, lora, objective }: ForwardSpec): Forward {
  const { rows, tokens } = shape;
  const count = rows * tokens;
  const attentionShape = { ...config, rows, tokens };
  const positions = input('positions', [count], 'int32');
  const mask = packedMask(input('segments', [count], 'int32'), attentionShape);
  const rope = ropeValues(config, positions, tokens);
  const rowKeys = lora?.dropout && input('dropout_keys', [count, 1], 'int32');
  const dropped = (module: string, x: Value): Value =>
    lora?.dropout === undefined || rowKeys === undefined
      ? x
      : dropout(x, {
          rate: lora.dropout.rate,
          rowKeys,
          columnKeys: lora.dropout.columnKeys(module, x.shape.at(-1) as number),
        });
  const weights: LlamaWeights = {
    tensor,
    linear(module, x) {
      const base = baseLinear({ config, tensor }, module, x);
      if (!lora?.modules.has(module)) return base;
      return loraLinear(base, dropped(module, x), {
        a: tensor(`${module}.lora_A`),
        b: tensor(`${module}.lora_B`),
        scale: lora.scale / (1 - (lora.dropout?.rate ?? 0)),
      });
    },
  };
  const hidden = llamaHidden(config, weights, {
    tokens: input('tokens', [count], 'int32'),
    attend: (heads) => packedAttention(attentionShape, { ...heads, ...rope, mask }),
  });
  return objective.forward({ hidden, head: () => llamaHead(config, weights), tensor }, shape);
}

/** x·Wᵀ, plus the bias where the architecture has one. */
function baseLinear(
  { config, tensor }: Pick<ForwardSpec, 'config' | 'tensor'>,
  module: string,
  x: Value,
): Value {
  const product = matmul(x, tensor(`${module}.weight`), { transB: true });
  const biased = module.includes('.mlp.') ? config.mlpBias : config.attentionBias;
  return biased ? add(product, tensor(`${module}.bias`)) : product;
}

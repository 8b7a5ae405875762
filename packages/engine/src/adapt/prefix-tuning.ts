import type { AdaptationOf } from '@lathe/recipe/adaptation';
import { child, fillNormal } from '../nn/seed.ts';
import { reshape, split, transpose } from '../ops/layout.ts';
import { type Adaptation, type AdaptTarget, plainAdaptation } from './adaptation.ts';

const name = 'prompt_embeddings';

/**
 * Prefix tuning (Li and Liang 2021), without reparametrisation: keys and values of virtual tokens that
 * every layer sees before its own, and that alone train. They are stored as peft stores them,
 * `[tokens, layers · 2 · keyValueHeads · headSize]`, keys before values in each layer, and start at
 * N(0, initializerRange²). Throws RangeError for an encoder.
 */
export function prefixTuning(
  { tokens: count }: AdaptationOf<'prefix-tuning'>,
  { model, seed }: AdaptTarget,
): Adaptation {
  const { config } = model;
  if (config.kind !== 'decoder')
    throw new RangeError(`prefix tuning needs a decoder, not ${config.modelType}`);
  const { layers, keyValueHeads, headSize, initializerRange } = config;
  const width = keyValueHeads * headSize;
  const shape = [count, layers * 2 * width];
  return {
    ...plainAdaptation,
    prefixLength: count,
    added: [
      {
        name,
        shape,
        decays: true,
        start: () =>
          fillNormal(
            new Float32Array(count * layers * 2 * width),
            child(seed, 'prefix'),
            initializerRange,
          ),
      },
    ],
    hooks({ tensor }) {
      // [layers · 2, keyValueHeads, count, headSize]
      const byLayer = transpose(
        reshape(tensor(name), [count, layers * 2, keyValueHeads, headSize]),
        [1, 2, 0, 3],
      );
      const sides = split(byLayer, new Array<number>(layers * 2).fill(1), 0);
      const side = (at: number) => reshape(sides[at]!, [keyValueHeads, count, headSize]);
      return {
        prefixLength: count,
        prefix: (layer) => ({ key: side(2 * layer), value: side(2 * layer + 1) }),
      };
    },
    content: (values) => ({
      kind: `A prefix of ${count} virtual tokens`,
      config: {
        peft_type: 'PREFIX_TUNING',
        task_type: 'CAUSAL_LM',
        num_virtual_tokens: count,
        token_dim: width,
        num_layers: layers,
        num_attention_heads: keyValueHeads,
        num_transformer_submodules: 1,
        encoder_hidden_size: width,
        prefix_projection: false,
      },
      tensors: new Map([[name, { shape, data: values.get(name) as Float32Array }]]),
    }),
    merged: () => undefined,
  };
}

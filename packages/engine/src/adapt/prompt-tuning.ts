import type { AdaptationOf } from '@lathe/recipe/adaptation';
import { decoderNames } from '../families/decoder-families.ts';
import { readTensor } from '../formats/safetensors.ts';
import { input } from '../graph/value.ts';
import { child, fillNormal, words } from '../nn/seed.ts';
import { greaterOrEqual, where } from '../ops/comparison.ts';
import { maximum } from '../ops/elementwise.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { reshape } from '../ops/layout.ts';
import { type Adaptation, type AdaptTarget, plainAdaptation } from './adaptation.ts';

const name = 'prompt_embeddings';

/** The input that says for each token which virtual token it is, −1: none; `withVirtualTokens` fills it. */
export const virtualRows = 'virtual_rows';

/**
 * Prompt tuning (Lester et al. 2021): virtual tokens before every sequence, whose embeddings alone train.
 * They start as embeddings of the vocabulary drawn at random, as those of given tokens (repeated or cut
 * to length), or at random. Throws RangeError for an encoder, whose pooling the tokens would disturb.
 */
export function promptTuning(
  settings: AdaptationOf<'prompt-tuning'>,
  { model, seed }: AdaptTarget,
): Adaptation {
  const { tokens: count, initial, text, initialTokens: tokens } = settings;
  const { config } = model;
  if (config.kind !== 'decoder')
    throw new RangeError(`prompt tuning needs a decoder, not ${config.modelType}`);
  const { hiddenSize, vocabularySize } = config;
  if (text !== undefined)
    throw new RangeError('the text that a prompt starts as comes to the engine as `initialTokens`');
  const strange = tokens?.find((token) => token >= vocabularySize);
  if (strange !== undefined)
    throw new RangeError(`prompt token ${strange}: the vocabulary has ${vocabularySize}`);
  const table = `${decoderNames(config).embedding}.weight`;
  const branch = child(seed, 'prompt');
  const start = async (): Promise<Float32Array> => {
    const values = new Float32Array(count * hiddenSize);
    if (initial === 'random') return fillNormal(values, branch, 1);
    const entry = model.tensors.get(table);
    if (entry === undefined) throw new RangeError(`${model.path} has no weights for ${table}`);
    const all = await readTensor(entry);
    for (let row = 0; row < count; row++) {
      const token = tokens?.[row % tokens.length] ?? words(branch, row).low % vocabularySize;
      values.set(all.subarray(token * hiddenSize, (token + 1) * hiddenSize), row * hiddenSize);
    }
    return values;
  };
  return {
    ...plainAdaptation,
    added: [{ name, shape: [count, hiddenSize], decays: true, start }],
    virtualTokens: count,
    hooks: ({ tensor }) => ({
      embedded(x) {
        const tokensHere = x.shape[0] as number;
        const rows = input(virtualRows, [tokensHere], 'int32');
        const own = gatherRows(tensor(name), maximum(rows, 0));
        return where(greaterOrEqual(reshape(rows, [tokensHere, 1]), 0), own, x);
      },
    }),
    content: (values) => ({
      kind: `A prompt of ${count} virtual tokens`,
      config: {
        peft_type: 'PROMPT_TUNING',
        task_type: 'CAUSAL_LM',
        num_virtual_tokens: count,
        prompt_tuning_init: 'RANDOM',
        prompt_tuning_init_text: null,
        tokenizer_name_or_path: null,
        token_dim: hiddenSize,
        num_layers: config.layers,
        num_attention_heads: config.heads,
        num_transformer_submodules: 1,
      },
      tensors: new Map([
        [name, { shape: [count, hiddenSize], data: values.get(name) as Float32Array }],
      ]),
    }),
    merged: () => undefined,
  };
}

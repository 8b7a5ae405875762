import type { AdaptationOf } from '@lathe/recipe/adaptation';
import { decoderNames } from '../families/decoder-families.ts';
import { encoderNames } from '../families/encoder-names.ts';
import { readTensor } from '../formats/safetensors.ts';
import { constant } from '../graph/value.ts';
import { sub } from '../ops/elementwise.ts';
import { gatherRows, scatterAddRows } from '../ops/index-rows.ts';
import { peftPrefix } from '../peft/peft-folder.ts';
import { type Adaptation, type AdaptTarget, plainAdaptation } from './adaptation.ts';

/**
 * The embeddings of some tokens train, those that were added to the vocabulary for instance; a tied head
 * follows. Throws RangeError for a token twice or outside the vocabulary.
 */
export function tokenEmbeddings(
  { tokens }: AdaptationOf<'tokens'>,
  { model }: AdaptTarget,
): Adaptation {
  const { config } = model;
  const { hiddenSize, vocabularySize } = config;
  if (new Set(tokens).size !== tokens.length)
    throw new RangeError('a token to train is named twice');
  const strange = tokens.find((token) => token >= vocabularySize);
  if (strange !== undefined)
    throw new RangeError(`token ${strange} cannot train: the vocabulary has ${vocabularySize}`);
  const module =
    config.kind === 'decoder' ? decoderNames(config).embedding : encoderNames(config).words;
  const table = `${module}.weight`;
  const name = `${module}.trainable_tokens_delta`;
  const shape = [tokens.length, hiddenSize];
  const readTable = async (): Promise<Float32Array> => {
    const entry = model.tensors.get(table);
    if (entry === undefined) throw new RangeError(`${model.path} has no weights for ${table}`);
    return readTensor(entry);
  };
  const row = (all: Float32Array, token: number): Float32Array =>
    all.subarray(token * hiddenSize, (token + 1) * hiddenSize);
  return {
    ...plainAdaptation,
    added: [
      {
        name,
        shape,
        decays: true,
        async start() {
          const all = await readTable();
          const values = new Float32Array(tokens.length * hiddenSize);
          for (const [at, token] of tokens.entries()) values.set(row(all, token), at * hiddenSize);
          return values;
        },
      },
    ],
    hooks: ({ tensor }) => ({
      tensor(wanted, base) {
        if (wanted !== table) return base();
        const ids = constant(Int32Array.from(tokens), [tokens.length], 'int32');
        const whole = base();
        return scatterAddRows(whole, ids, sub(tensor(name), gatherRows(whole, ids)));
      },
    }),
    content: (values) => ({
      kind: `The embeddings of ${tokens.length} tokens`,
      config: {
        peft_type: 'TRAINABLE_TOKENS',
        task_type: config.kind === 'decoder' ? 'CAUSAL_LM' : null,
        token_indices: [...tokens],
        target_modules: [module.slice(module.lastIndexOf('.') + 1)],
        init_weights: true,
      },
      tensors: new Map(
        // peft stores the rows of a tied head under its own name too.
        (config.kind === 'decoder' && config.tieEmbeddings
          ? [module, decoderNames(config).head]
          : [module]
        ).map((place) => [
          `${peftPrefix}${place}.trainable_tokens_delta`,
          { shape, data: values.get(name) as Float32Array },
        ]),
      ),
    }),
    async merged(values) {
      const all = await readTable();
      const trained = values.get(name) as Float32Array;
      for (const [at, token] of tokens.entries())
        row(all, token).set(trained.subarray(at * hiddenSize, (at + 1) * hiddenSize));
      return new Map([[table, all]]);
    },
  };
}

import { decoderFamilies } from '../families/decoder-families.ts';
import type { DecoderFamily } from '../families/decoders/family.ts';
import { UnsupportedModelError } from '../formats/error.ts';
import type { GgufFile } from '../gguf/read.ts';
import { type Fields, fieldsOf, refuseKey, shortest } from './fields.ts';
import { llama3Scaling } from './rope-scaling.ts';

/**
 * `config.json` as transformers has it for what llama.cpp computes from a GGUF file, in the dialect of transformers 4,
 * which 5 reads too. Throws UnsupportedModelError, naming the key, for what this engine does not compute, and
 * CheckpointError for a key that is missing or of another type.
 */
export async function configOf(gguf: GgufFile): Promise<Record<string, unknown>> {
  const fields = fieldsOf(gguf);
  const { modelType, family, architecture } = familyOfFile(gguf, fields);
  const key = (name: string): string => `${architecture}.${name}`;
  const integer = (name: string): number => fields.need(key(name), fields.integer(key(name)));
  refuseOthers(gguf, fields, key);
  const sizes = {
    layers: integer('block_count'),
    hiddenSize: integer('embedding_length'),
    heads: integer('attention.head_count'),
  };
  const headSize = fields.integer(key('attention.key_length')) ?? sizes.hiddenSize / sizes.heads;
  refuseKey(gguf, {
    key: key('attention.value_length'),
    found: fields.integer(key('attention.value_length')),
    without: headSize,
  });
  const hasNormsOfLayers = fields.number(key('attention.layer_norm_epsilon')) !== undefined;
  const epsilon = key(
    hasNormsOfLayers ? 'attention.layer_norm_epsilon' : 'attention.layer_norm_rms_epsilon',
  );
  const words = gguf.tensors.get('token_embd.weight');
  const common: Record<string, unknown> = {
    vocab_size: words?.shape[0] ?? integer('vocab_size'),
    max_position_embeddings: integer('context_length'),
    hidden_size: sizes.hiddenSize,
    num_hidden_layers: sizes.layers,
    intermediate_size: integer('feed_forward_length'),
    num_attention_heads: sizes.heads,
    rms_norm_eps: shortest(fields.need(epsilon, fields.number(epsilon))),
    tie_word_embeddings: !gguf.tensors.has('output.weight'),
    ...tokenIds(fields),
    ...(gguf.tensors.has('position_embd.weight')
      ? {}
      : await rotaryFields(gguf, { fields, key, family, headSize, heads: sizes.heads })),
    ...family.gguf.fixed?.({ ...sizes, headSize }),
  };
  const own = Object.entries(common).map(([name, value]) => [
    family.ownNames?.[name] ?? name,
    value,
  ]);
  return {
    architectures: [family.languageClass],
    model_type: modelType,
    ...Object.fromEntries(own),
  };
}

/** The first family of the list that files of the architecture hold. */
function familyOfFile(
  gguf: GgufFile,
  fields: Fields,
): { modelType: string; family: DecoderFamily; architecture: string } {
  const architecture = fields.need('general.architecture', fields.text('general.architecture'));
  for (const [modelType, family] of decoderFamilies)
    if (family.gguf.architecture === architecture) return { modelType, family, architecture };
  const known = [...new Set([...decoderFamilies.values()].map(({ gguf }) => gguf.architecture))];
  throw new UnsupportedModelError(
    gguf.path,
    'general.architecture',
    `is "${architecture}"; supported: ${known.join(', ')}`,
  );
}

/** Throws UnsupportedModelError for what a file of a known architecture may hold and this engine has not. */
function refuseOthers(gguf: GgufFile, fields: Fields, key: (name: string) => string): void {
  const parts = fields.integer('split.count');
  if (parts !== undefined && parts > 1)
    throw new UnsupportedModelError(
      gguf.path,
      'split.count',
      `is ${parts}: this is one part of a model; join the parts with llama-gguf-split --merge`,
    );
  for (const [name, without] of [
    ['expert_count', 0],
    ['attention.clamp_kqv', 0],
    ['attention.max_alibi_bias', 0],
    ['attn_logit_softcapping', 0],
    ['final_logit_softcapping', 0],
    ['attention.scale', undefined],
  ] as const)
    refuseKey(gguf, { key: key(name), found: fields.number(key(name)), without });
  refuseKey(gguf, {
    key: 'general.type',
    found: fields.text('general.type'),
    without: 'model',
  });
}

type Rotary = {
  readonly fields: Fields;
  readonly key: (name: string) => string;
  readonly family: DecoderFamily;
  readonly headSize: number;
  readonly heads: number;
};

async function rotaryFields(
  gguf: GgufFile,
  { fields, key, family, headSize, heads }: Rotary,
): Promise<Record<string, unknown>> {
  const rotary = fields.integer(key('rope.dimension_count')) ?? headSize;
  const theta = shortest(fields.number(key('rope.freq_base')) ?? 10_000);
  const window = fields.integer(key('attention.sliding_window')) ?? 0;
  const isWindowed = family.gguf.window !== 'ignored' && window > 0;
  return {
    num_key_value_heads: fields.integer(key('attention.head_count_kv')) ?? heads,
    head_dim: headSize,
    rope_theta: theta,
    rope_scaling: await scaling(gguf, { fields, key, theta, rotary }),
    ...(rotary === headSize ? {} : { partial_rotary_factor: rotary / headSize }),
    sliding_window: isWindowed ? window : null,
    attention_bias: gguf.tensors.has('blk.0.attn_q.bias'),
    mlp_bias: gguf.tensors.has('blk.0.ffn_up.bias'),
  };
}

async function scaling(
  gguf: GgufFile,
  {
    fields,
    key,
    theta,
    rotary,
  }: Pick<Rotary, 'fields' | 'key'> & Record<'theta' | 'rotary', number>,
): Promise<Record<string, unknown> | null> {
  for (const name of ['rope_factors_long.weight', 'rope_factors_short.weight'])
    if (gguf.tensors.has(name))
      throw new UnsupportedModelError(gguf.path, `tensor ${name}`, 'scales in a way not computed');
  const type = fields.text(key('rope.scaling.type')) ?? 'none';
  if (type !== 'none' && type !== 'linear')
    refuseKey(gguf, { key: key('rope.scaling.type'), found: type, without: 'linear' });
  if (gguf.tensors.has('rope_freqs.weight')) return llama3Scaling(gguf, { theta, rotary });
  if (type === 'none') return null;
  const factor = key('rope.scaling.factor');
  return { rope_type: 'linear', factor: shortest(fields.need(factor, fields.number(factor))) };
}

/** Beginning, ends and padding, by transformers' names; a model may end with its text or with its turn. */
export function tokenIds(fields: Fields): Record<string, number | readonly number[]> {
  const id = (name: string): number | undefined =>
    fields.integer(`tokenizer.ggml.${name}_token_id`);
  const ends = [...new Set([id('eos'), id('eot')])].filter((end) => end !== undefined);
  const ids = {
    bos_token_id: id('bos'),
    eos_token_id: ends.length > 1 ? ends : ends[0],
    pad_token_id: id('padding'),
  };
  return Object.fromEntries(
    Object.entries(ids).filter((entry) => entry[1] !== undefined),
  ) as Record<string, number | readonly number[]>;
}

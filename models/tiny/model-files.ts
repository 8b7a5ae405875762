import type { Recipe } from './recipe.ts';

/** Control tokens; their place in the list is their id. */
export const specialTokens = ['<|endoftext|>', '<|pad|>', '<|im_start|>', '<|im_end|>'] as const;
/** Stands between documents. */
export const endOfText = 0;
const pad = 1;
const endOfTurn = 3;

/**
 * ChatML. What the model learns to say, its end-of-turn token included, stands between the generation tags,
 * by which transformers and Lathe find the tokens that count for the loss.
 */
const chatTemplate = `{%- for message in messages %}
{%- if message['role'] == 'assistant' %}
{{- '<|im_start|>assistant\\n' }}
{%- generation %}
{{- message['content'] + '<|im_end|>' }}
{%- endgeneration %}
{{- '\\n' }}
{%- else %}
{{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
{{- '<|im_start|>assistant\\n' }}
{%- endif %}
`;

/**
 * `config.json`, readable by transformers 4 (`rope_theta`, `torch_dtype`) and 5 (`rope_parameters`, `dtype`).
 *
 * @param dtype the number format of the weights beside it, such as `bfloat16`
 */
export function modelConfig({ architecture, vocabularySize }: Recipe, dtype: string): object {
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    vocab_size: vocabularySize,
    hidden_size: architecture.hiddenSize,
    intermediate_size: architecture.intermediateSize,
    num_hidden_layers: architecture.layers,
    num_attention_heads: architecture.heads,
    num_key_value_heads: architecture.keyValueHeads,
    head_dim: architecture.hiddenSize / architecture.heads,
    hidden_act: 'silu',
    max_position_embeddings: architecture.maxPositions,
    initializer_range: architecture.initializerRange,
    rms_norm_eps: architecture.normEpsilon,
    rope_theta: architecture.ropeTheta,
    rope_parameters: { rope_type: 'default', rope_theta: architecture.ropeTheta },
    tie_word_embeddings: true,
    attention_bias: false,
    attention_dropout: 0,
    mlp_bias: false,
    use_cache: true,
    bos_token_id: null,
    eos_token_id: endOfTurn,
    pad_token_id: pad,
    dtype,
    torch_dtype: dtype,
  };
}

/** The small files beside the weights and `tokenizer.json`, by name. */
export function companionFiles(recipe: Recipe, dtype: string): ReadonlyMap<string, string> {
  const [endOfTextToken, padToken, , endOfTurnToken] = specialTokens;
  const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
  return new Map([
    ['config.json', json(modelConfig(recipe, dtype))],
    [
      'generation_config.json',
      json({ eos_token_id: [endOfTurn, endOfText], pad_token_id: pad, do_sample: false }),
    ],
    [
      'tokenizer_config.json',
      json({
        tokenizer_class: 'PreTrainedTokenizerFast',
        bos_token: null,
        eos_token: endOfTurnToken,
        pad_token: padToken,
        unk_token: null,
        additional_special_tokens: ['<|im_start|>', endOfTextToken],
        clean_up_tokenization_spaces: false,
        model_max_length: recipe.architecture.maxPositions,
        padding_side: 'left',
      }),
    ],
    [
      'special_tokens_map.json',
      json({
        eos_token: endOfTurnToken,
        pad_token: padToken,
        additional_special_tokens: ['<|im_start|>', endOfTextToken],
      }),
    ],
    ['chat_template.jinja', chatTemplate],
  ]);
}

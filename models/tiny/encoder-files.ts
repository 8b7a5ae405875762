import { wordPieceTokens } from '@lathe/tokenizer/train-word-piece';
import type { EncoderRecipe } from './encoder-recipe.ts';

const [pad, unknown, start, separator, mask] = wordPieceTokens;

/**
 * `config.json` of the encoder, as transformers' BertConfig has it.
 *
 * @param dtype the number format of the weights beside it, such as `bfloat16`
 */
function encoderConfig({ architecture, vocabularySize }: EncoderRecipe, dtype: string): object {
  return {
    architectures: ['BertForMaskedLM'],
    model_type: 'bert',
    vocab_size: vocabularySize,
    hidden_size: architecture.hiddenSize,
    intermediate_size: architecture.intermediateSize,
    num_hidden_layers: architecture.layers,
    num_attention_heads: architecture.heads,
    hidden_act: 'gelu',
    max_position_embeddings: architecture.maxPositions,
    type_vocab_size: 2,
    initializer_range: architecture.initializerRange,
    layer_norm_eps: 1e-12,
    hidden_dropout_prob: 0.1,
    attention_probs_dropout_prob: 0.1,
    pad_token_id: wordPieceTokens.indexOf(pad),
    dtype,
    torch_dtype: dtype,
  };
}

/** The small files beside the weights and `tokenizer.json`, by name. */
export function encoderFiles(recipe: EncoderRecipe, dtype: string): ReadonlyMap<string, string> {
  const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
  const named = {
    unk_token: unknown,
    sep_token: separator,
    pad_token: pad,
    cls_token: start,
    mask_token: mask,
  };
  return new Map([
    ['config.json', json(encoderConfig(recipe, dtype))],
    [
      'tokenizer_config.json',
      json({
        tokenizer_class: 'BertTokenizer',
        do_lower_case: true,
        strip_accents: null,
        tokenize_chinese_chars: true,
        ...named,
        clean_up_tokenization_spaces: true,
        model_max_length: recipe.architecture.maxPositions,
      }),
    ],
    ['special_tokens_map.json', json(named)],
  ]);
}

import type { GgufFile } from '../gguf/read.ts';
import { byteLevelParts } from './byte-level-parts.ts';
import { type Fields, fieldsOf, refuseKey } from './fields.ts';
import { tokenIds } from './model-config.ts';
import { scoreParts } from './score-parts.ts';
import type { TokenizerParts } from './tokenizer-parts.ts';
import { readVocabulary, type Vocabulary } from './vocabulary.ts';

/**
 * `tokenizer.json`, `tokenizer_config.json` with the chat template, and `generation_config.json` of the tokenizer in a
 * GGUF file, by name; empty where the file has none. Throws UnsupportedModelError, naming the key, for a kind that is not
 * read, and CheckpointError for one that does not hold together.
 */
export function tokenizerFiles(gguf: GgufFile): ReadonlyMap<string, string> {
  const fields = fieldsOf(gguf);
  const kind = fields.text('tokenizer.ggml.model');
  if (kind === undefined || kind === 'none' || kind === 'no_vocab') return new Map();
  if (kind !== 'gpt2')
    refuseKey(gguf, { key: 'tokenizer.ggml.model', found: kind, without: 'llama' });
  const vocabulary = readVocabulary(gguf, fields, kind);
  const parts =
    kind === 'gpt2'
      ? byteLevelParts(gguf, fields, vocabulary)
      : scoreParts(gguf, fields, vocabulary);
  const json = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(fields, vocabulary),
    normalizer: parts.normalizer,
    pre_tokenizer: parts.preTokenizer,
    post_processor: template(fields, vocabulary, parts),
    decoder: parts.decoder,
    model: parts.model,
  };
  return new Map([
    ['tokenizer.json', JSON.stringify(json)],
    ['tokenizer_config.json', pretty(tokenizerConfig(fields, vocabulary))],
    ['generation_config.json', pretty(tokenIds(fields))],
  ]);
}

function pretty(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * Phi 3's special tokens and its `</s>` take the blanks behind them in, but for these. GGUF files do not say it:
 * llama.cpp knows it by the model's name.
 */
const phiTakesNoBlanks: ReadonlySet<string> = new Set(['<unk>', '<s>', '<|endoftext|>']);

function addedTokens(fields: Fields, { tokens, added }: Vocabulary): object[] {
  const isPhi =
    fields.text('general.architecture') === 'phi3' &&
    fields.text('tokenizer.ggml.model') === 'llama';
  return [...added].map(([id, isSpecial]) => ({
    id,
    content: tokens[id]!,
    single_word: false,
    lstrip: false,
    rstrip: isPhi && (isSpecial || tokens[id] === '</s>') && !phiTakesNoBlanks.has(tokens[id]!),
    normalized: false,
    special: isSpecial,
  }));
}

/** Special tokens around a text, and around each of two. */
function template(fields: Fields, { special }: Vocabulary, parts: TokenizerParts): object | null {
  const begin = fields.flag('tokenizer.ggml.add_bos_token') ?? parts.addsBegin;
  const end = fields.flag('tokenizer.ggml.add_eos_token') ?? false;
  const around = (sequence: 'A' | 'B', type: number): object[] => {
    const piece = (name: 'bos' | 'eos', wanted: boolean): object[] => {
      const token = special.get(name);
      return wanted && token !== undefined
        ? [{ SpecialToken: { id: token.text, type_id: type } }]
        : [];
    };
    const own = { Sequence: { id: sequence, type_id: type } };
    return [...piece('bos', begin), own, ...piece('eos', end)];
  };
  const single = around('A', 0);
  if (single.length === 1) return parts.postProcessor;
  const used = (['bos', 'eos'] as const)
    .filter((name) => (name === 'bos' ? begin : end))
    .flatMap((name) => special.get(name) ?? [])
    .map(({ id, text }) => [text, { id: text, ids: [id], tokens: [text] }]);
  const processor = {
    type: 'TemplateProcessing',
    single,
    pair: [...single, ...around('B', 1)],
    special_tokens: Object.fromEntries(used),
  };
  return parts.postProcessor === null
    ? processor
    : { type: 'Sequence', processors: [parts.postProcessor, processor] };
}

function tokenizerConfig(fields: Fields, { special }: Vocabulary): object {
  const named = {
    bos_token: special.get('bos')?.text ?? null,
    eos_token: special.get('eos')?.text ?? null,
    unk_token: special.get('unknown')?.text ?? null,
    pad_token: special.get('padding')?.text ?? null,
  };
  const others = (fields.texts('tokenizer.chat_templates') ?? []).flatMap((name) => {
    const text = fields.text(`tokenizer.chat_template.${name}`);
    return text === undefined ? [] : [{ name, template: text }];
  });
  const own = fields.text('tokenizer.chat_template');
  const templates =
    own === undefined || others.length === 0
      ? own
      : [{ name: 'default', template: own }, ...others];
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    clean_up_tokenization_spaces: false,
    ...named,
    ...(templates === undefined ? {} : { chat_template: templates }),
  };
}

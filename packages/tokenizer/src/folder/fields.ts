import { standardNames } from './settings.ts';

/** What a field of a tokenizer's folder does here. */
type FieldEffect =
  /** It means what it means to transformers 5. */
  | 'honoured'
  /** A value that would change something is refused by name; the others mean nothing. */
  | 'refused'
  /** It changes nothing that is read here, whatever it says. */
  | 'none';

export type TokenizerField = {
  readonly file: string;
  readonly field: string;
  readonly effect: FieldEffect;
  /** What it does, or why it does nothing. */
  readonly note: string;
};

const inFile =
  (file: string) =>
  (effect: FieldEffect, note: string, ...fields: string[]): TokenizerField[] =>
    fields.map((field) => ({ file, field, effect, note }));

const config = inFile('tokenizer_config.json');
const map = inFile('special_tokens_map.json');
const tokenizer = inFile('tokenizer.json');
const model = inFile('config.json');
const generation = inFile('generation_config.json');
const whole = (file: string, effect: FieldEffect, note: string): TokenizerField => ({
  file,
  field: '',
  effect,
  note,
});

/**
 * Every file and field beside the weights that transformers 5.24 reads to tokenize for the families here.
 * What is in no row is read by neither. docs/tokenizer-files.md is this table.
 */
export const tokenizerFields: readonly TokenizerField[] = [
  ...config(
    'honoured',
    'A special token and a variable of chat templates; added to the vocabulary where it is missing. A text, or an object with `"__type": "AddedToken"`; null for none, left out for the default of the class',
    ...standardNames,
  ),
  ...config('honoured', 'Any other name with this ending: the same', '*_token'),
  ...config(
    'honoured',
    'A list of special tokens without names, or an object of tokens by name, which are variables too. The second counts only where the first is missing or empty',
    'extra_special_tokens',
    'additional_special_tokens',
  ),
  ...config('honoured', 'An object of tokens by name', 'model_specific_special_tokens'),
  ...config(
    'honoured',
    'Tokens and how they are found, added in the order of their ids; their ids come from the vocabulary. With it special_tokens_map.json and added_tokens.json are not read, and a class with parts of its own does not read the added tokens of tokenizer.json',
    'added_tokens_decoder',
  ),
  ...config(
    'honoured',
    'Which parts of tokenizer.json count. PreTrainedTokenizerFast, PreTrainedTokenizer and TokenizersBackend take all; LlamaTokenizer, GemmaTokenizer, Qwen2Tokenizer, GPT2Tokenizer, BertTokenizer, DistilBertTokenizer and RobertaTokenizer take the vocabulary and have the rest of their own; any other is refused. Left out: config.json, then the model_type, decide. Not believed for phi3, modernbert, mistral and qwen2, nor LlamaTokenizer where tokenizer.json is ByteLevel',
    'tokenizer_class',
  ),
  ...config(
    'honoured',
    'Read by LlamaTokenizer, Qwen2Tokenizer, GPT2Tokenizer and RobertaTokenizer',
    'add_prefix_space',
  ),
  ...config('honoured', 'Read by LlamaTokenizer', 'legacy'),
  ...config(
    'honoured',
    'Read by BertTokenizer and DistilBertTokenizer',
    'do_lower_case',
    'strip_accents',
    'tokenize_chinese_chars',
  ),
  ...config('honoured', 'Read by RobertaTokenizer, for offsets', 'trim_offsets'),
  ...config(
    'honoured',
    'A template, or several by name, of which "default" and, with tools, "tool_use" are used; not read beside a template in a file of its own',
    'chat_template',
  ),
  ...config(
    'refused',
    'Control tokens of chat templates would be read as text',
    'split_special_tokens',
  ),
  ...config(
    'refused',
    'Refused together with clean_up_tokenization_spaces: answers would lose spaces',
    'clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output',
  ),
  ...config('refused', "Code of the folder's own is not run", 'auto_map'),
  ...config(
    'refused',
    'Arguments of a class that no published folder has',
    'init_inputs',
    'post_processor',
    'tokenizer_object',
    'tokenizer_padding',
    'tokenizer_truncation',
    '_json_padding',
    '_json_truncation',
  ),
  ...config(
    'refused',
    'Refused where a version has a file of its own in place of tokenizer.json',
    'fast_tokenizer_files',
  ),
  ...config(
    'refused',
    'Refused for a vocabulary of Mistral with more than 100,000 entries that was saved before version 5, where it would change the pre_tokenizer',
    'fix_mistral_regex',
  ),
  ...config(
    'none',
    'Not read where there is a tokenizer.json, whose post_processor says it',
    'add_bos_token',
    'add_eos_token',
  ),
  ...config(
    'none',
    'Only for texts decoded from WordPiece, which no decoder here has',
    'clean_up_tokenization_spaces',
  ),
  ...config(
    'none',
    'Of batches: texts are neither padded nor cut by the tokenizer; the limit is max_position_embeddings of config.json',
    'model_max_length',
    'max_len',
    'max_length',
    'padding_side',
    'truncation_side',
    'truncation_strategy',
    'stride',
    'pad_token_type_id',
    'pad_to_multiple_of',
    'model_input_names',
  ),
  ...config(
    'none',
    'Kept by the class, or for another kind of tokenizer, and never used where there is a tokenizer.json',
    'sp_model_kwargs',
    'spaces_between_special_tokens',
    'use_default_system_prompt',
    'errors',
    'use_fast',
    'do_basic_tokenize',
    'never_split',
    'vocab_size',
    'vocab_file',
    'tokenizer_file',
    'name_or_path',
    'processor_class',
    'verbose',
    'backend',
    'device_map',
    'gguf_file',
    'bos_token_id',
    'eos_token_id',
  ),
  ...config(
    'none',
    'Of other functions of the class than tokenizing',
    'chat_control_tokens',
    'response_template',
  ),
  ...map(
    'honoured',
    'As in tokenizer_config.json, which it overrides, null included. An object needs no `__type`',
    ...standardNames,
    '*_token',
  ),
  ...map(
    'honoured',
    'The first is added to the list in tokenizer_config.json, or names more tokens. The second counts only where there is no other list',
    'extra_special_tokens',
    'additional_special_tokens',
  ),
  ...map(
    'honoured',
    'Any field of tokenizer_config.json overrides it from here too',
    'add_prefix_space',
    'split_special_tokens',
  ),
  ...map(
    'refused',
    'Read from here by the reference, though they are no special tokens',
    'add_bos_token',
    'add_eos_token',
    'chat_template',
  ),
  whole(
    'added_tokens.json',
    'honoured',
    'Tokens by text, added in the order of their ids, which come from the vocabulary; special where a field names them. Not read beside added_tokens_decoder',
  ),
  ...tokenizer(
    'honoured',
    'Each with its flags; all of them must be there. The id is that of the entry with the same text, else the next free one, whatever the file says. A named token is special though the file says no',
    'added_tokens',
  ),
  ...tokenizer(
    'honoured',
    'Taken as they stand by a class without parts of its own; a component or an option that is not computed here is refused by name',
    'normalizer',
    'pre_tokenizer',
    'post_processor',
    'decoder',
  ),
  ...tokenizer(
    'honoured',
    'BPE, WordPiece or Unigram; of a class with parts of its own, the vocabulary and the merges. `dropout`, prefixes and suffixes are refused',
    'model',
  ),
  ...tokenizer(
    'honoured',
    'Its pad_token is the one where no field names another; nothing is padded',
    'padding',
  ),
  ...tokenizer('none', 'The reference turns it off for a text without a limit', 'truncation'),
  ...model('honoured', 'Where tokenizer_config.json names none', 'tokenizer_class'),
  ...model('honoured', 'Chooses the class where no field names one', 'model_type'),
  ...model(
    'none',
    'Nothing of the ids; eos_token_id does what it does in generation_config.json',
    'bos_token_id',
    'eos_token_id',
    'pad_token_id',
  ),
  ...generation(
    'honoured',
    'Tokens that end an answer, beside eos_token and the end of turn of the chat template; control tokens though tokenizer.json says not',
    'eos_token_id',
  ),
  whole('vocab.json', 'none', 'Not read beside tokenizer.json, without which a folder is refused'),
  whole('merges.txt', 'none', 'The same'),
  whole('vocab.txt', 'none', 'The same'),
  whole('tokenizer.model', 'none', 'The same'),
  whole('tekken.json', 'none', "The same, unless Mistral's own package is installed"),
  whole(
    'chat_template.jinja',
    'honoured',
    'The template "default"; no chat_template counts beside it',
  ),
  whole(
    'additional_chat_templates',
    'honoured',
    'A folder of templates by name, such as tool_use.jinja; no chat_template counts beside one',
  ),
];

/** The table as it stands in docs/tokenizer-files.md. */
export function renderFields(): string {
  const rows = new Map<string, { file: string; fields: string[]; effect: string; note: string }>();
  for (const { file, field, effect, note } of tokenizerFields) {
    const key = JSON.stringify([file, effect, note]);
    const row = rows.get(key) ?? { file, fields: [], effect, note };
    if (field !== '') row.fields.push(`\`${field}\``);
    rows.set(key, row);
  }
  const lines = [...rows.values()].map(
    ({ file, fields, effect, note }) => `| ${file} | ${fields.join(', ')} | ${effect} | ${note} |`,
  );
  return ['| file | field | effect | what it does |', '| --- | --- | --- | --- |', ...lines].join(
    '\n',
  );
}

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const;
const characters = [...'abcdefghijklmnopqrstuvwxyz0123456789.,?!-'];
const vocabulary = [
  ...special,
  ...characters.flatMap((character) => [character, `##${character}`]),
];

/**
 * Writes what is needed to read texts as a small BERT does: a WordPiece tokenizer of single characters, in lower case and in
 * BERT's templates, and a config with two token types. The token of a character in a word is `##` and it, but for the first.
 * @example await writeTinyEncoder('/tmp/encoder');
 */
export async function writeTinyEncoder(folder: string): Promise<void> {
  const id = (token: string): number => vocabulary.indexOf(token);
  const addedTokens = special.map((content) => ({
    ...{ id: id(content), content, special: true, normalized: false },
    ...{ single_word: false, lstrip: false, rstrip: false },
  }));
  const tokenizer = {
    version: '1.0',
    added_tokens: addedTokens,
    normalizer: {
      ...{ type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true },
      ...{ strip_accents: null, lowercase: true },
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      ...{ type: 'BertProcessing' },
      ...{ sep: ['[SEP]', id('[SEP]')], cls: ['[CLS]', id('[CLS]')] },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      ...{ type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##' },
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocabulary.map((token, at) => [token, at])),
    },
  };
  const names = {
    cls_token: '[CLS]',
    sep_token: '[SEP]',
    pad_token: '[PAD]',
    mask_token: '[MASK]',
  };
  const config = { model_type: 'bert', vocab_size: vocabulary.length, type_vocab_size: 2 };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(names));
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
}

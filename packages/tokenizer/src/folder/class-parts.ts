import { TokenizerError } from '../error.ts';
import { fieldsOf } from './files.ts';
import { isNothing } from './settings.ts';
import type { TokenizerClass } from './tokenizer-class.ts';

/** What a class calls its special tokens where no file says so. */
export const defaultNames: Readonly<Record<TokenizerClass, Readonly<Record<string, string>>>> = {
  file: {},
  llama: { unk_token: '<unk>', bos_token: '<s>', eos_token: '</s>' },
  gemma: {
    unk_token: '<unk>',
    bos_token: '<bos>',
    eos_token: '<eos>',
    pad_token: '<pad>',
    mask_token: '<mask>',
  },
  qwen2: { unk_token: '<|endoftext|>', eos_token: '<|endoftext|>', pad_token: '<|endoftext|>' },
  gpt2: { unk_token: '<|endoftext|>', bos_token: '<|endoftext|>', eos_token: '<|endoftext|>' },
  bert: {
    unk_token: '[UNK]',
    sep_token: '[SEP]',
    pad_token: '[PAD]',
    cls_token: '[CLS]',
    mask_token: '[MASK]',
  },
  roberta: {
    bos_token: '<s>',
    eos_token: '</s>',
    sep_token: '</s>',
    cls_token: '<s>',
    unk_token: '<unk>',
    pad_token: '<pad>',
    mask_token: '<mask>',
  },
};

/** Classes that take no `pad_token` from the padding of tokenizer.json: they have one, or none, of their own. */
export const ownPadding: ReadonlySet<TokenizerClass> = new Set<TokenizerClass>([
  'gemma',
  'qwen2',
  'gpt2',
  'bert',
  'roberta',
]);

const qwenPattern =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** What a class reads of the settings beside names. */
export type ClassOptions = {
  source: string;
  /** A field of tokenizer_config.json. */
  setting(field: string): unknown;
  unknownToken: string | undefined;
};

/** The parts that a class has of its own around the vocabulary of a tokenizer.json. */
export function classParts(
  name: Exclude<TokenizerClass, 'file'>,
  tokenizer: unknown,
  { source, setting, unknownToken }: ClassOptions,
): Record<string, unknown> {
  const model = fieldsOf(fieldsOf(tokenizer)?.get('model'));
  const type = name === 'bert' ? 'WordPiece' : 'BPE';
  if (model?.get('type') !== type) {
    const problem = `model type ${JSON.stringify(model?.get('type'))} is not the "${type}" that the tokenizer_class of the folder reads`;
    throw new TokenizerError(source, problem);
  }
  const vocab = model.get('vocab');
  const merges = model.get('merges');
  const needsUnknown = name === 'gemma' || name === 'bert';
  if (needsUnknown && !Object.hasOwn(Object(vocab), unknownToken ?? '')) {
    const named = unknownToken === undefined ? 'null' : `"${unknownToken}"`;
    throw new TokenizerError(source, `unk_token ${named} is not in model.vocab`);
  }
  const flag = (field: string, otherwise: boolean): boolean => {
    const value = setting(field);
    return value === undefined ? otherwise : !isNothing(value);
  };
  const prefixSpace = (otherwise: boolean): boolean => {
    const value = setting('add_prefix_space') ?? undefined;
    return value === undefined ? otherwise : !isNothing(value);
  };
  const bpe = (more: Record<string, unknown> = {}) => ({ type: 'BPE', vocab, merges, ...more });
  const byteLevel = (more: Record<string, unknown>) => ({
    type: 'ByteLevel',
    add_prefix_space: true,
    trim_offsets: true,
    use_regex: true,
    ...more,
  });
  const decoder = byteLevel({});
  switch (name) {
    case 'llama': {
      const isPrefixed = prefixSpace(true);
      const first = flag('legacy', false) ? 'always' : 'first';
      return {
        normalizer: null,
        pre_tokenizer: {
          type: 'Metaspace',
          replacement: '▁',
          prepend_scheme: isPrefixed ? first : 'never',
          split: false,
        },
        decoder: pieceDecoder(isPrefixed),
        model: bpe({ fuse_unk: true, byte_fallback: true }),
      };
    }
    case 'gemma':
      return {
        normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
        pre_tokenizer: {
          type: 'Split',
          pattern: { String: ' ' },
          behavior: 'MergedWithPrevious',
          invert: false,
        },
        decoder: pieceDecoder(false),
        model: bpe({ unk_token: unknownToken, fuse_unk: true, byte_fallback: true }),
      };
    case 'qwen2':
      return {
        normalizer: { type: 'NFC' },
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: [
            { type: 'Split', pattern: { Regex: qwenPattern }, behavior: 'Isolated', invert: false },
            byteLevel({ add_prefix_space: prefixSpace(false), use_regex: false }),
          ],
        },
        decoder,
        model: bpe(),
      };
    case 'gpt2':
    case 'roberta':
      return {
        normalizer: null,
        pre_tokenizer: byteLevel({ add_prefix_space: prefixSpace(false) }),
        decoder,
        model: bpe(),
      };
    case 'bert':
      return {
        normalizer: {
          type: 'BertNormalizer',
          clean_text: true,
          handle_chinese_chars: flag('tokenize_chinese_chars', true),
          strip_accents: setting('strip_accents') ?? null,
          lowercase: flag('do_lower_case', true),
        },
        pre_tokenizer: { type: 'BertPreTokenizer' },
        decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
        model: { type: 'WordPiece', vocab, unk_token: unknownToken },
      };
  }
}

function pieceDecoder(isPrefixed: boolean): unknown {
  const strip = { type: 'Strip', content: ' ', start: 1, stop: 0 };
  return {
    type: 'Sequence',
    decoders: [
      { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
      { type: 'ByteFallback' },
      { type: 'Fuse' },
      ...(isPrefixed ? [strip] : []),
    ],
  };
}

/** What a class puts around texts in place of tokenizer.json's post-processor; undefined where it puts nothing. */
export function classPostProcessor(
  name: TokenizerClass,
  token: (field: 'sep_token' | 'cls_token') => [content: string, id: number],
  setting: (field: string) => unknown,
): unknown {
  if (name === 'bert')
    return { type: 'BertProcessing', sep: token('sep_token'), cls: token('cls_token') };
  if (name !== 'roberta') return undefined;
  return {
    type: 'RobertaProcessing',
    sep: token('sep_token'),
    cls: token('cls_token'),
    trim_offsets: !isNothing(setting('trim_offsets') ?? true),
    add_prefix_space: !isNothing(setting('add_prefix_space') ?? false),
  };
}

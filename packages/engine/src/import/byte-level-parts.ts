import { CheckpointError, UnsupportedModelError } from '../formats/error.ts';
import type { GgufFile } from '../gguf/read.ts';
import type { Fields } from './fields.ts';
import type { TokenizerParts } from './tokenizer-parts.ts';
import type { Vocabulary } from './vocabulary.ts';

type Cut = {
  /** What stands before the bytes: parts of tokenizer.json. */
  readonly before: readonly object[];
  /** GPT-2's own pattern is the one that the part for bytes has. */
  readonly usesOwnPattern: boolean;
  readonly normalizer?: object;
  /** A word that is a token stays whole, whatever the merges make of it. */
  readonly ignoresMerges?: true;
  /** A text begins with a special token unless the file says otherwise. */
  readonly addsBegin?: true;
};

const byPattern = (pattern: string): Pick<Cut, 'before' | 'usesOwnPattern'> => ({
  before: [{ type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false }],
  usesOwnPattern: false,
});

const suffixes = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const rest = String.raw`| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const words = String.raw`${suffixes}|[^\r\n\p{L}\p{N}]?\p{L}+|`;
const threeDigits = byPattern(String.raw`${words}\p{N}{1,3}${rest}`);
const oneDigit = byPattern(String.raw`${words}\p{N}${rest}`);
const cased = (suffix: string, digits: string): string => {
  const start = String.raw`[^\r\n\p{L}\p{N}]?`;
  const [upper, lower] = [
    String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`,
    String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`,
  ];
  const signs = String.raw` ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
  return `${start}${upper}*${lower}+${suffix}|${start}${upper}+${lower}*${suffix}|${digits}|${signs}`;
};

const gpt2: Cut = { before: [], usesOwnPattern: true };
const qwen: Cut = { ...oneDigit };
const llama3: Cut = { ...threeDigits, ignoresMerges: true, addsBegin: true };

/** How texts are cut into words, by llama.cpp's names (llama-vocab.cpp), in the words of the published tokenizer.json. */
const cuts: ReadonlyMap<string, Cut> = new Map<string, Cut>([
  ['gpt-2', gpt2],
  ['phi-2', gpt2],
  ['llama-bpe', llama3],
  ['llama3', llama3],
  ['llama-v3', llama3],
  ['dbrx', threeDigits],
  ['smaug-bpe', threeDigits],
  ['qwen2', { ...qwen, normalizer: { type: 'NFC' } }],
  ['deepseek-r1-qwen', qwen],
  ['megrez', qwen],
  ['smollm', { before: [{ type: 'Digits', individual_digits: true }], usesOwnPattern: true }],
  ['tekken', { ...byPattern(cased('', String.raw`\p{N}`)), ignoresMerges: true, addsBegin: true }],
  ['gpt-4o', byPattern(cased(`${suffixes}?`, String.raw`\p{N}{1,3}`))],
]);

/** Byte-level BPE: GPT-2, Llama 3, Qwen, SmolLM and their like. Throws as `tokenizerFiles` does. */
export function byteLevelParts(
  gguf: GgufFile,
  fields: Fields,
  vocabulary: Vocabulary,
): TokenizerParts {
  const name = fields.text('tokenizer.ggml.pre') ?? 'default';
  const cut = cuts.get(name);
  if (cut === undefined)
    throw new UnsupportedModelError(
      gguf.path,
      'tokenizer.ggml.pre',
      `is "${name}"; known: ${[...cuts.keys()].join(', ')}`,
    );
  const bytes = {
    type: 'ByteLevel',
    add_prefix_space: false,
    trim_offsets: true,
    use_regex: cut.usesOwnPattern,
  };
  return {
    normalizer: cut.normalizer ?? null,
    preTokenizer:
      cut.before.length === 0 ? bytes : { type: 'Sequence', pretokenizers: [...cut.before, bytes] },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    postProcessor: { ...bytes, add_prefix_space: true, trim_offsets: false, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: cut.ignoresMerges ?? false,
      vocab: Object.fromEntries(vocabulary.ids.map((id) => [vocabulary.tokens[id]!, id])),
      merges: merges(gguf, fields, vocabulary),
    },
    addsBegin: cut.addsBegin ?? false,
  };
}

/** Pairs in their order. Throws CheckpointError for one whose parts or result are no tokens. */
function merges(gguf: GgufFile, fields: Fields, { tokens, ids }: Vocabulary): readonly string[] {
  const key = 'tokenizer.ggml.merges';
  const list = fields.need(key, fields.texts(key));
  const known = new Set(ids.map((id) => tokens[id]!));
  for (const [rank, merge] of list.entries()) {
    const [left = '', right = '', surplus] = merge.split(' ');
    const isWhole = surplus === undefined && known.has(left) && known.has(right);
    if (!isWhole || !known.has(left + right))
      throw new CheckpointError(
        gguf.path,
        `${key}.${rank} is ${JSON.stringify(merge)}, which joins no two tokens to a third`,
      );
  }
  return list;
}

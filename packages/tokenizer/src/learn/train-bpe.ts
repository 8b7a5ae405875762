import { characterOfByte } from '../model/byte-alphabet.ts';
import { gpt2Pattern, isolateMatches } from '../pre-tokenize/pre-tokenizer.ts';
import { translatePattern } from '../regex.ts';
import { learnMerges } from './learn-merges.ts';

export type TrainBpeOptions = {
  /** Tokens in all: special tokens, 256 bytes, and merges. Fewer come out when the texts run dry. */
  vocabularySize: number;
  /** They take the first ids, in this order, and are never part of a word. */
  specialTokens: readonly string[];
  /** Pairs that occur less often are not merged. */
  minimumCount?: number;
};

/** A complete tokenizer.json: byte-level BPE with the pattern of GPT-2. */
export type TokenizerFile = {
  version: '1.0';
  truncation: null;
  padding: null;
  added_tokens: {
    id: number;
    content: string;
    single_word: false;
    lstrip: false;
    rstrip: false;
    normalized: false;
    special: true;
  }[];
  normalizer: null;
  pre_tokenizer: ByteLevelFile;
  post_processor: null;
  decoder: ByteLevelFile;
  model: {
    type: 'BPE';
    dropout: null;
    unk_token: null;
    continuing_subword_prefix: null;
    end_of_word_suffix: null;
    fuse_unk: false;
    byte_fallback: false;
    ignore_merges: false;
    vocab: Record<string, number>;
    merges: string[];
  };
};

type ByteLevelFile = {
  type: 'ByteLevel';
  add_prefix_space: boolean;
  trim_offsets: boolean;
  use_regex: boolean;
};

/**
 * Learns byte-level BPE (Sennrich et al. 2016; byte alphabet of GPT-2) from texts. The same texts in any
 * order give the same result: the most frequent pair is merged, the one with the lowest ids among equals.
 * Throws RangeError when the vocabulary cannot hold the special tokens and the 256 bytes.
 * @example const file = trainByteLevelBpe(['low lower'], { vocabularySize: 260, specialTokens: ['<|end|>'] });
 */
export function trainByteLevelBpe(
  texts: Iterable<string>,
  options: TrainBpeOptions,
): TokenizerFile {
  const { specialTokens } = options;
  const { model } = byteLevelModel(countWords(texts, specialTokens), options);
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specialTokens.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: {
      type: 'ByteLevel',
      add_prefix_space: false,
      trim_offsets: true,
      use_regex: true,
    },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model,
  };
}

/**
 * The model of such a file, learnt from counted words, and its entries by their ids. Throws RangeError as
 * `trainByteLevelBpe` does.
 */
export function byteLevelModel(
  counts: ReadonlyMap<string, number>,
  { vocabularySize, specialTokens, minimumCount = 2 }: TrainBpeOptions,
): { readonly model: TokenizerFile['model']; readonly entries: readonly string[] } {
  const base = specialTokens.length + 256;
  if (vocabularySize < base) {
    throw new RangeError(
      `vocabularySize ${vocabularySize} is below ${base}: ${specialTokens.length} special tokens and 256 bytes`,
    );
  }
  const entries = [...specialTokens, ...characterOfByte];
  if (new Set(entries).size !== entries.length) {
    throw new RangeError(
      'a special token is given twice or is a single character of the byte alphabet',
    );
  }
  const merges = learnMerges(counts, {
    tokensOf: (word) =>
      Array.from(Buffer.from(word, 'utf8'), (byte) => byte + specialTokens.length),
    joined: (left, right) => left + right,
    entries,
    vocabularySize,
    minimumCount,
  });
  const model = {
    ...({ type: 'BPE', dropout: null, unk_token: null } as const),
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
    vocab: Object.fromEntries(entries.map((entry, id) => [entry, id])),
    merges,
  } as const;
  return { model, entries };
}

function countWords(
  texts: Iterable<string>,
  specialTokens: readonly string[],
): Map<string, number> {
  const split = isolateMatches(translatePattern('the GPT-2 pattern', gpt2Pattern));
  const longestFirst = [...specialTokens].sort((a, b) => b.length - a.length);
  const cut =
    longestFirst.length === 0
      ? undefined
      : new RegExp(longestFirst.map(RegExp.escape).join('|'), 'u');
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const stretch of cut === undefined ? [text] : text.split(cut)) {
      for (const word of split(stretch)) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  return counts;
}

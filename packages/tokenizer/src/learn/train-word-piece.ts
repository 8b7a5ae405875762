import { bertNormalizer } from '../normalize/bert-normalizer.ts';
import { readPreTokenizer } from '../pre-tokenize/read-pre-tokenizer.ts';
import { learnMerges } from './learn-merges.ts';

export type TrainWordPieceOptions = {
  /** Tokens in all: special tokens, characters, and merges. Fewer come out when the texts run dry. */
  vocabularySize: number;
  /** Pairs that occur less often are not merged. */
  minimumCount?: number;
};

/** BERT's special tokens; their place in the list is their id. */
export const wordPieceTokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const;

/** How BERT's uncased models normalize texts and cut them into words. */
export const wordPieceWords = {
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
} as const;

/** What continues a word. */
const prefix = '##';
/** Every printable character of ASCII is known, whether it came up or not; capitals are written small. */
const printable = Array.from({ length: 0x7f - 0x21 }, (_, at) => String.fromCharCode(0x21 + at));

/**
 * A complete tokenizer.json as BERT's uncased models have it. The vocabulary is learned as the reference's
 * WordPieceTrainer does: merges of the most frequent pairs (as in BPE), of characters that begin a word and
 * others that go on in it. The same texts in any order give the same result.
 * @example const file = trainWordPiece(['low lower'], { vocabularySize: 200 });
 */
export function trainWordPiece(
  texts: Iterable<string>,
  options: TrainWordPieceOptions,
): Readonly<Record<string, unknown>> {
  const unknown = wordPieceTokens[1];
  const { model } = wordPieceModel(countWords(texts), {
    ...options,
    specialTokens: wordPieceTokens,
    unknown,
  });
  return tokenizerFile(model);
}

/**
 * The model of such a file, learnt from counted words, its entries by their ids, and how many of them there are with
 * the special tokens and single characters alone.
 */
export function wordPieceModel(
  counts: ReadonlyMap<string, number>,
  {
    vocabularySize,
    minimumCount = 2,
    specialTokens,
    unknown,
  }: TrainWordPieceOptions & {
    readonly specialTokens: readonly string[];
    readonly unknown: string;
  },
): {
  readonly model: Readonly<Record<string, unknown>>;
  readonly entries: readonly string[];
  readonly least: number;
} {
  const special = new Set(specialTokens);
  const characters = new Set(printable.filter((character) => !/[A-Z]/.test(character)));
  for (const word of counts.keys()) for (const character of word) characters.add(character);
  const sorted = [...characters].sort();
  const single = [...sorted, ...sorted.map((each) => prefix + each)];
  const entries = [...specialTokens, ...single.filter((each) => !special.has(each))];
  const least = entries.length;
  const ids = new Map(entries.map((entry, id) => [entry, id]));
  learnMerges(counts, {
    tokensOf: (word) =>
      [...word].map(
        (character, at) => ids.get(at === 0 ? character : prefix + character) as number,
      ),
    joined: (left, right) => left + right.slice(prefix.length),
    entries,
    vocabularySize,
    minimumCount,
  });
  const model = {
    type: 'WordPiece',
    unk_token: unknown,
    continuing_subword_prefix: prefix,
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(entries.map((entry, id) => [entry, id])),
  };
  return { model, entries, least };
}

function countWords(texts: Iterable<string>): Map<string, number> {
  const normalize = bertNormalizer({
    cleanText: true,
    handleChineseCharacters: true,
    stripAccents: true,
    lowercase: true,
  });
  const { preTokenize } = readPreTokenizer('tokenizer.json', { type: 'BertPreTokenizer' });
  const counts = new Map<string, number>();
  for (const source of texts) {
    const { text } = normalize(source, { align: false, continues: false });
    for (const word of preTokenize(text, 'start').texts)
      counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

function tokenizerFile(
  model: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const special = (id: number) => ({
    id,
    content: wordPieceTokens[id],
    ...{ single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
  });
  const placed = (token: string, typeId: number) => ({
    SpecialToken: { id: token, type_id: typeId },
  });
  const text = (id: 'A' | 'B', typeId: number) => ({ Sequence: { id, type_id: typeId } });
  const single = [placed('[CLS]', 0), text('A', 0), placed('[SEP]', 0)];
  const template = (token: (typeof wordPieceTokens)[number]) => ({
    id: token,
    ids: [wordPieceTokens.indexOf(token)],
    tokens: [token],
  });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: wordPieceTokens.map((_, id) => special(id)),
    ...wordPieceWords,
    post_processor: {
      type: 'TemplateProcessing',
      single,
      pair: [...single, text('B', 1), placed('[SEP]', 1)],
      special_tokens: { '[CLS]': template('[CLS]'), '[SEP]': template('[SEP]') },
    },
    decoder: { type: 'WordPiece', prefix, cleanup: true },
    model,
  };
}

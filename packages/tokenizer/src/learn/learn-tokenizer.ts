import { type Component, componentSchema } from '../component.ts';
import { characterOfByte } from '../model/byte-alphabet.ts';
import { readNormalizer } from '../normalize/read-normalizer.ts';
import { readPreTokenizer } from '../pre-tokenize/read-pre-tokenizer.ts';
import { renumbered, type TokenizerPlan } from './tokenizer-plan.ts';
import { byteLevelModel } from './train-bpe.ts';
import { learnPieces } from './train-unigram.ts';
import { wordPieceModel } from './train-word-piece.ts';
import { VocabularySizeError } from './vocabulary-error.ts';

/**
 * Cuts texts into the words that a vocabulary is learnt from: what stands between added tokens, normalized and cut as
 * the tokenizer will do it.
 * @example
 * const cut = createWordCutter(await planTokenizer('models/lathe-tiny', { kind: 'unigram' }));
 * const words = cut('A text.');
 */
export function createWordCutter({ added, parts }: TokenizerPlan): (text: string) => string[] {
  const source = 'tokenizer.json';
  const component = (part: unknown): Component | null =>
    part === null ? null : componentSchema.parse(part);
  const normalize = readNormalizer(source, component(parts.normalizer));
  const { preTokenize } = readPreTokenizer(source, component(parts.pre_tokenizer));
  const longestFirst = added.map(({ content }) => content).sort((a, b) => b.length - a.length);
  const cut =
    longestFirst.length === 0
      ? undefined
      : new RegExp(longestFirst.map(RegExp.escape).join('|'), 'u');
  return (text) => {
    const whole = text.toWellFormed();
    const stretches = cut === undefined ? [whole] : whole.split(cut);
    return stretches.flatMap((stretch, at) => {
      if (stretch === '') return [];
      const { text: plain } = normalize(stretch, { align: false, continues: false });
      return preTokenize(plain, at === 0 ? 'start' : 'later').texts;
    });
  };
}

/**
 * A complete tokenizer.json with a vocabulary of `size` tokens, learnt from counted words. The same counts give the
 * same file. Throws VocabularySizeError where they give fewer tokens, or the special tokens and single characters
 * take more.
 * @example
 * const plan = await planTokenizer('models/lathe-tiny', { kind: 'unigram' });
 * const file = learnTokenizer(plan, new Map([['low', 3], ['lower', 2]]), 20);
 */
export function learnTokenizer(
  { kind, added, unknown, parts }: TokenizerPlan,
  counts: ReadonlyMap<string, number>,
  size: number,
): Readonly<Record<string, unknown>> {
  const special = added.map(({ content }) => content);
  const ids = new Map(special.map((content, id) => [content, id]));
  const { model, tokens } = models[kind]({ special, unknown, counts, size });
  if (tokens < size) throw new VocabularySizeError(size, { most: tokens });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added.map((token, id) => ({ id, ...token })),
    ...parts,
    post_processor: renumbered(parts.post_processor, (token) => ids.get(token)),
    model,
  };
}

type Learnt = { readonly model: Readonly<Record<string, unknown>>; readonly tokens: number };
type Lesson = {
  readonly special: readonly string[];
  readonly unknown: string | null;
  readonly counts: ReadonlyMap<string, number>;
  readonly size: number;
};

const models: Readonly<Record<TokenizerPlan['kind'], (lesson: Lesson) => Learnt>> = {
  byte_level_bpe: ({ special, counts, size }) => {
    requireRoom(size, special.length + characterOfByte.length);
    const { model, entries } = byteLevelModel(counts, {
      vocabularySize: size,
      specialTokens: special,
    });
    return { model, tokens: entries.length };
  },
  wordpiece: ({ special, unknown, counts, size }) => {
    const { model, entries, least } = wordPieceModel(counts, {
      vocabularySize: size,
      specialTokens: special,
      unknown: unknown ?? '[UNK]',
    });
    requireRoom(size, least);
    return { model, tokens: entries.length };
  },
  unigram: ({ special, unknown, counts, size }) => {
    const taken = new Set(special);
    const characters = new Set<string>();
    for (const word of counts.keys())
      for (const each of word) if (!taken.has(each)) characters.add(each);
    requireRoom(size, special.length + characters.size);
    const pieces = learnPieces(counts, { size: size - special.length, taken });
    const vocab = [...special.map((content) => [content, 0] as const), ...pieces];
    const unk_id = unknown === null ? null : special.indexOf(unknown);
    return {
      model: { type: 'Unigram', unk_id, vocab, byte_fallback: false },
      tokens: vocab.length,
    };
  },
};

function requireRoom(size: number, least: number): void {
  if (size < least) throw new VocabularySizeError(size, { least });
}

import { createTokenizer } from '@lathe/tokenizer/tokenizer';
import { expect, it } from 'vitest';
import { absentTokens } from './absent-tokens.ts';

it('finds holes and the rows that pad a head, and takes control tokens for tokens', () => {
  const added = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  const tokenizer = createTokenizer({
    added_tokens: [
      { id: 5, content: '<|end|>', special: true, ...added },
      { id: 6, content: 'plain', special: false, ...added },
    ],
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
    post_processor: null,
    decoder: { type: 'ByteLevel' },
    model: { type: 'BPE', vocab: { a: 0, b: 1, c: 4, '<|end|>': 5, plain: 6 }, merges: [] },
  });
  expect(absentTokens(tokenizer, 7)).toEqual([[2, 4]]);
  expect(absentTokens(tokenizer, 64)).toEqual([
    [2, 4],
    [7, 64],
  ]);
});

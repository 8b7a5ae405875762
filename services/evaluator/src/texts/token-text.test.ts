import { tinySpecialTokens } from '@lathe/testkit/tiny-tokenizer';
import { createTokenizer } from '@lathe/tokenizer/tokenizer';
import { trainByteLevelBpe } from '@lathe/tokenizer/train-bpe';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { tokenText } from './token-text.ts';

const tokenizer = createTokenizer(
  trainByteLevelBpe([' 🙂 🙂 é'], { vocabularySize: 263, specialTokens: tinySpecialTokens }),
);
const fixed = (bytes: number[]) => ({
  decode: () => Buffer.from(bytes).toString(),
  tokenBytes: () => Uint8Array.from(bytes),
});

it.each<[number[], string]>([
  [[0x61], 'a'],
  [[0xf0, 0x9f, 0x99], '\\xf0\\x9f\\x99'],
  [[0x82], '\\x82'],
  [[0x20, 0xf0, 0x9f], ' \\xf0\\x9f'],
  [[0xa9, 0x61], '\\xa9a'],
  [[0xf0, 0x9f, 0x99, 0x82], '🙂'],
  [[0xef, 0xbf, 0xbd], '\ufffd'],
  [[0xef, 0xbb, 0xbf], '\ufeff'],
  [[0xc0, 0x80], '\\xc0\\x80'],
  [[0xff, 0xe2, 0x82], '\\xff\\xe2\\x82'],
])('tells the bytes of %j', (bytes, token) => {
  expect(tokenText(fixed(bytes), 0)).toEqual({ token, bytes });
});

it('tells a control token by its name', () => {
  expect(tokenText(tokenizer, tokenizer.tokenId('<|end|>') ?? -1)).toMatchObject({
    token: '<|end|>',
  });
});

it('has bytes that are those of the text, however its characters are cut', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ' ', 'é', '🙂', '漢') }), (text) => {
      const bytes = tokenizer.encode(text).flatMap((token) => tokenText(tokenizer, token).bytes);
      expect(Buffer.from(bytes as number[]).toString()).toBe(text);
    }),
  );
});

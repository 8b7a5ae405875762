import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isOperator, isSign, plainSigns, signRun } from '../operators.ts';
import { mix, wordHashes } from './words.ts';

/** Words by an expression, and their hashes one after another. */
function plainly(text: string): number[] {
  const word =
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]|[\p{L}\p{M}\p{N}]+/u;
  const plain = plainSigns(text.normalize('NFKC').toLowerCase());
  const found = [...plain.matchAll(new RegExp(`${word.source}|${signRun.source}`, 'gu'))];
  return found
    .filter(({ 0: each, index }) => !isSign(each) || isOperator(plain, index, index + each.length))
    .map(([each]) => {
      let hash = 0x811c9dc5;
      for (let at = 0; at < each.length; at++)
        hash = Math.imul(hash ^ each.charCodeAt(at), 0x01000193);
      return mix(hash);
    });
}

const pieces = [
  ...'aZ09 .,-+=<>/*%|&!~\t\n\r()[]_',
  ...'ßéΣσςİıK名々〇⺀がーก๑ລខမ١२½×÷−⋅∑≤→€…’—\u00a0\u0301\u200d\ufeff',
  ...['ﬁ', '𝔘', '😀', '𠀀', '𞤀', '𝟛', '\ud800', '\udc00', 'a - b', '7−5', '名前3'],
];
const texts = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...pieces) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 1 }) },
  ),
  { maxLength: 40, size: 'max' },
);

it('finds the words that an expression finds, of ASCII and of all else', () => {
  fc.assert(
    fc.property(texts, (all) => {
      expect([...wordHashes(all.join(''))]).toEqual(plainly(all.join('')));
    }),
    { numRuns: 5000 },
  );
});

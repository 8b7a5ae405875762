import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rowWords } from './look.ts';
import { wordHashes } from './words.ts';

const units = fc.constantFrom(...[...'abcΣσς07 .,-+=/\t\n\r()é\u0301ﬁ名ก×\u00a0']);
const texts = fc.array(units, { maxLength: 20 }).map((all) => all.join(''));

it('gives the words of a question and of its answer as those of one text with a line end between them', () => {
  fc.assert(
    fc.property(texts, texts, (text, answer) => {
      const messages = [
        { role: 'user', content: text },
        { role: 'assistant', content: answer },
      ] as const;
      const { asked, all } = rowWords({ kind: 'chat', line: 1, messages: [...messages] });
      expect(asked).toEqual(wordHashes(text));
      expect(all).toEqual(wordHashes(`${text}\n${answer.trim()}`));
    }),
    { numRuns: 3000 },
  );
});

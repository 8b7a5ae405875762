import type { AsciiWords } from '@lathe/tokenizer/plain-encoder';

/** What `words_open` of c/words.h reads. */
type WordsNumbers = { readonly numbers: Int32Array; readonly whole: Uint8Array };

/** Words that are remembered, and bytes of what is not in their slots: together as much as packages/tokenizer remembers. */
const remembered = { words: 50_000, bytes: 1_500_000 };

/** The numbers of cutters.h. */
const cutters = { gpt2: 0, llama3: 1, qwen: 2, digits: 3 } as const satisfies Record<
  AsciiWords['cutters'][number],
  number
>;

/** A tokenizer's words in the form that C opens them from; see c/words.h. */
export function wordsNumbers(words: AsciiWords, most = remembered): WordsNumbers {
  const known = words.wholeWords.toSorted(([one], [other]) => Buffer.compare(one, other));
  const ends: number[] = [];
  for (const [bytes] of known) ends.push((ends.at(-1) ?? 0) + bytes.length);
  const [cut, merges] = [words.cutters.map((name) => cutters[name]), words.merges];
  return {
    numbers: Int32Array.from([
      ...[cut.length, merges.length, known.length, most.words, most.bytes],
      ...cut,
      ...words.byteTokens,
      ...merges.flat(),
      ...ends,
      ...known.map(([, token]) => token),
    ]),
    whole: Buffer.concat(known.map(([bytes]) => bytes)),
  };
}

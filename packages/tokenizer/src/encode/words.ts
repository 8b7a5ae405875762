import type { TextWindow } from './text-windows.ts';

/** UTF-16 units [start, end) of a text, in order and apart from each other. */
type WordPlaces = readonly (readonly [start: number, end: number])[];

/**
 * The word that each token of a window stands for, -1 for special tokens and those between words: the first one that
 * it holds some of, and for a token of the blank before a word that word, as `word_ids()` of transformers has it for
 * words that a blank parts. `sequence` is the text that the words are of.
 * @example
 * const [window] = tokenizer.encodeWindows(['Anna lives'], { maxTokens: 512 });
 * const words = window && wordsOfTokens(window, [[0, 4], [5, 10]]);
 */
export function wordsOfTokens(window: TextWindow, words: WordPlaces, sequence = 0): Int32Array {
  const { offsets, sequences } = window;
  let next = 0;
  return Int32Array.from(offsets, ([start, end], token) => {
    if (sequences[token] !== sequence) return -1;
    while (next < words.length && (words[next] as [number, number])[1] <= start) next++;
    const word = words[next];
    if (word === undefined) return -1;
    return word[0] < end || word[0] === end ? next : -1;
  });
}

/**
 * Numbers of words as numbers of tokens: that of a word stands at its first token, -1 at all others, as tags are
 * taught to BERT (Devlin et al. 2018). `before` is the word that the window before went on with: it has its number there.
 */
export function onFirstTokens(
  words: Int32Array,
  numbers: ArrayLike<number>,
  before = -1,
): Int32Array {
  let last = before;
  return words.map((word) => {
    if (word === -1 || word === last) return -1;
    last = word;
    return numbers[word] ?? -1;
  });
}

import { onFirstTokens, wordsOfTokens } from '@lathe/tokenizer/words';
import type { RowIssue } from '../check/validate-message.ts';
import type { RowEncoder } from './row-encoder.ts';
import type { TextReader } from './text-reader.ts';
import { textsEncoder } from './texts-encoder.ts';

/**
 * Tagged words: as many windows as they take, one after the other, with the number of each word at its first token and -1 at all
 * others.
 */
export function taggedEncoder(reader: TextReader): RowEncoder {
  return textsEncoder('tagged', ({ text, words }, { maxTokens }) => {
    const numbers = Int32Array.from(words, (_, word) => word);
    const taught = new Set<number>();
    let before = -1;
    const examples = reader.windows([text], { maxTokens }).map((window) => {
      const owners = wordsOfTokens(window, words);
      const labels = onFirstTokens(owners, numbers, before);
      before = owners.findLast((word) => word >= 0) ?? before;
      for (const word of labels) taught.add(word);
      return { ...reader.example(window), labels };
    });
    const notes = words.flatMap(([start, end], word): RowIssue[] => {
      if (taught.has(word)) return [];
      const message = `the word ${JSON.stringify(text.slice(start, end))} has no token of its own, so its tag is not taught`;
      return [{ path: `tokens[${word}]`, rule: 'no-token', message, level: 'warn' }];
    });
    return { ...reader.row([text], examples), notes };
  });
}

import { onFirstTokens, wordsOfTokens } from '../encode/words.ts';
import type { EncodedRow, Room, RowNote } from './encoded-row.ts';
import type { TextReader } from './text-reader.ts';
import type { Places } from './word-places.ts';

/**
 * Tagged words: as many windows as they take, one after the other, with the number of each word at its first token and -1 at all
 * others.
 */
export function encodeTagged(
  reader: TextReader,
  { text, words }: { readonly text: string; readonly words: Places },
  { maxTokens }: Room,
): EncodedRow {
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
  const notes = words.flatMap(([start, end], word): RowNote[] => {
    if (taught.has(word)) return [];
    const message = `the word ${JSON.stringify(text.slice(start, end))} has no token of its own, so its tag is not taught`;
    return [{ path: `tokens[${word}]`, rule: 'no-token', message, level: 'warn' }];
  });
  return { ...reader.row([text], examples), notes };
}

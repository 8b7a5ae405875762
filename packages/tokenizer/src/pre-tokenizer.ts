/** Cuts text into the words that BPE merges within. The words, joined, are always the text. */
export type Splitter = (text: string) => readonly string[];

/** The pattern of GPT-2, which a ByteLevel pre-tokenizer with `use_regex` applies. */
export const gpt2Pattern =
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** Every match is a word, and so is every stretch between matches (behaviour `Isolated`). */
export function isolateMatches(pattern: RegExp): Splitter {
  return (text) => {
    const matches: readonly string[] = text.match(pattern) ?? [];
    let length = 0;
    for (const match of matches) length += match.length;
    // The usual patterns match everything; then the matches are the words and no positions are needed.
    return length === text.length ? matches : isolateWithGaps(pattern, text);
  };
}

function isolateWithGaps(pattern: RegExp, text: string): string[] {
  const words: string[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match[0] === '') continue;
    if (match.index > end) words.push(text.slice(end, match.index));
    words.push(match[0]);
    end = match.index + match[0].length;
  }
  if (end < text.length) words.push(text.slice(end));
  return words;
}

/** Applies each splitter to the words of the one before it. */
export function inSequence(splitters: readonly Splitter[]): Splitter {
  const [first, ...rest] = splitters;
  if (first === undefined) return (text) => (text === '' ? [] : [text]);
  if (rest.length === 0) return first;
  return (text) => rest.reduce((words, split) => words.flatMap(split), first(text));
}

/** Longest texts that are compared, in words: the comparison takes their product. */
const mostWords = 4000;

/**
 * A text without what differs between a quotation and its source: case, forms of letters, quotes and dashes,
 * punctuation, spaces.
 */
export function plainWords(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu)
      ?.slice(0, mostWords) ?? []
  );
}

/** Whether the words of a quote stand in the source, in a row and without a gap. */
export function stands(quote: readonly string[], source: readonly string[]): boolean {
  return quote.length > 0 && ` ${source.join(' ')} `.includes(` ${quote.join(' ')} `);
}

/**
 * Share of the answer's words that stand in the quote in the same order: the longest common subsequence by the length of
 * the answer, which is ROUGE-L's precision of the answer against the quote (Lin 2004).
 */
export function support(answer: readonly string[], quote: readonly string[]): number {
  if (answer.length === 0) return 0;
  let before = new Uint16Array(quote.length + 1);
  for (const word of answer) {
    const now = new Uint16Array(quote.length + 1);
    for (const [at, other] of quote.entries())
      now[at + 1] =
        word === other
          ? (before[at] as number) + 1
          : Math.max(before[at + 1] as number, now[at] as number);
    before = now;
  }
  return (before[quote.length] as number) / answer.length;
}

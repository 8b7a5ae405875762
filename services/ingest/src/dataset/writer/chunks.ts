/** A piece of a source for a writer to read, and what a reader looks for to find it. */
export type Chunk = { readonly text: string; readonly place: string };

/**
 * A text in pieces of at most so many words, cut between paragraphs, and within one only where it is longer than a
 * piece.
 */
export function* chunksOf(
  text: string,
  { words, place }: { readonly words: number; readonly place: string },
): Generator<Chunk> {
  let open: string[] = [];
  let count = 0;
  let number = 0;
  const chunk = (): Chunk => ({ text: open.join('\n\n'), place: `${place} chunk ${++number}` });
  for (const paragraph of paragraphs(text, words)) {
    const length = paragraph.split(/\s+/).length;
    if (open.length > 0 && count + length > words) {
      yield chunk();
      open = [];
      count = 0;
    }
    open.push(paragraph);
    count += length;
  }
  if (open.length > 0) yield chunk();
}

function* paragraphs(text: string, words: number): Generator<string> {
  for (const paragraph of text.split(/\n{2,}/)) {
    const all = paragraph.trim().split(/(?<=\s)/);
    for (let at = 0; at < all.length; at += words) {
      const piece = all
        .slice(at, at + words)
        .join('')
        .trim();
      if (piece !== '') yield piece;
    }
  }
}

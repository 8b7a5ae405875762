import type { EncodedRow, Room } from './encoded-row.ts';
import type { TextReader } from './text-reader.ts';

/**
 * A text in pieces, each with the special tokens around it. Supervised are the tokens that may be hidden: all others; which of them
 * are is drawn when they are trained on.
 */
export function encodeMasked(
  reader: TextReader,
  { text }: { readonly text: string },
  { pieceTokens }: Room,
): EncodedRow {
  const windows = reader.windows([text], { maxTokens: pieceTokens });
  const examples = windows.map((window) => ({
    ...reader.example(window),
    supervised: window.special.map((flag) => 1 - flag),
  }));
  return reader.row([text], examples);
}

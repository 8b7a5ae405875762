import type { EncodedRow } from './encoded-row.ts';
import type { TextReader } from './text-reader.ts';

/** A text, or a pair of texts in the template for pairs: one example, whatever is to be said of it. */
export function encodeLabelled(
  reader: TextReader,
  { text, pair }: { readonly text: string; readonly pair?: string | undefined },
): EncodedRow {
  const texts = pair === undefined ? ([text] as const) : ([text, pair] as const);
  return reader.row(texts, reader.windows(texts).map(reader.example));
}

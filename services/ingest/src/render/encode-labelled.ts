import type { RowEncoder } from './row-encoder.ts';
import type { TextReader } from './text-reader.ts';
import { textsEncoder } from './texts-encoder.ts';

/** A text, or a pair of texts in the template for pairs: one example, whatever is to be said of it. */
export function labelledEncoder(reader: TextReader): RowEncoder {
  return textsEncoder('labelled', ({ text, pair }) => {
    const texts = pair === undefined ? ([text] as const) : ([text, pair] as const);
    return reader.row(texts, reader.windows(texts).map(reader.example));
  });
}

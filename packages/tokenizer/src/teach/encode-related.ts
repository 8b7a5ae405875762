import type { EncodedRow } from './encoded-row.ts';
import type { TextReader } from './text-reader.ts';

type Related = { readonly texts: readonly string[]; readonly score?: number | undefined };

/** Each text of a row an example of its own, in the order of the row; the target is the score where it has one. */
export function encodeRelated(reader: TextReader, { texts, score }: Related): EncodedRow {
  const examples = texts.flatMap((text) => reader.windows([text]).map(reader.example));
  const target = score === undefined ? {} : { target: Float32Array.of(score) };
  return reader.row(
    texts,
    examples.map((example) => ({ ...example, ...target })),
  );
}

import type { RowEncoder } from './row-encoder.ts';
import type { TextReader } from './text-reader.ts';
import { textsEncoder } from './texts-encoder.ts';

/** Each text of a row an example of its own, in the order of the row; the target is the score where it has one. */
export function relatedEncoder(reader: TextReader): RowEncoder {
  return textsEncoder('related', ({ texts, score }) => {
    const examples = texts.flatMap((text) => reader.windows([text]).map(reader.example));
    const target = score === undefined ? {} : { target: Float32Array.of(score) };
    return reader.row(
      texts,
      examples.map((example) => ({ ...example, ...target })),
    );
  });
}

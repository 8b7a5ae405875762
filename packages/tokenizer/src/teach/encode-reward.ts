import type { EncodedRow } from './encoded-row.ts';
import type { TextReader } from './text-reader.ts';

type Said = { readonly content: string };
type Preference = {
  readonly messages: readonly Said[];
  readonly preferred: Said;
  readonly rejected: Said;
};

/** The better and the worse answer for an encoder: each the second text of a pair, after what was said before it. */
export function encodeReward(
  reader: TextReader,
  { messages, preferred, rejected }: Preference,
): EncodedRow {
  const before = messages.map(({ content }) => content).join('\n');
  const answers = [preferred.content, rejected.content];
  const examples = answers.flatMap((answer) =>
    reader.windows([before, answer]).map(reader.example),
  );
  return reader.row([before, ...answers], examples);
}

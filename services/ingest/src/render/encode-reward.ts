import type { RowEncoder } from './row-encoder.ts';
import type { TextReader } from './text-reader.ts';
import { textsEncoder } from './texts-encoder.ts';

/** The better and the worse answer for an encoder: each the second text of a pair, after what was said before it. */
export function rewardEncoder(reader: TextReader): RowEncoder {
  return textsEncoder('preference', ({ messages, preferred, rejected }) => {
    const before = messages.map(({ content }) => content).join('\n');
    const answers = [preferred.content, rejected.content];
    const examples = answers.flatMap((answer) =>
      reader.windows([before, answer]).map(reader.example),
    );
    return reader.row([before, ...answers], examples);
  });
}

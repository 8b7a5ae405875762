import { supervisedCount } from './mask.ts';
import type { RowEncoder } from './row-encoder.ts';
import type { TextReader } from './text-reader.ts';
import { textsEncoder } from './texts-encoder.ts';

/**
 * A text in pieces, each with the special tokens around it. Supervised are the tokens that may be hidden: all others; which of them
 * are is drawn when they are trained on.
 */
export function maskedEncoder(reader: TextReader): RowEncoder {
  return {
    ...textsEncoder('text', ({ text }, { pieceTokens }) => {
      const windows = reader.windows([text], { maxTokens: pieceTokens });
      const examples = windows.map((window) => ({
        ...reader.example(window),
        supervised: window.special.map((flag) => 1 - flag),
      }));
      return reader.row([text], examples);
    }),
    check({ supervised }) {
      if (supervisedCount(supervised) > 0) return [];
      const message = 'the text has no token that could be hidden';
      return [{ path: 'text', rule: 'no-supervised-token', message, level: 'error' }];
    },
  };
}

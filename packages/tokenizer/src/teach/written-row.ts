import type { EncodedExample } from '../chat/chat-example.ts';
import { encodeCompletion } from '../chat/completion-example.ts';
import type { Tokenizer } from '../tokenizer.ts';
import type { EncodedRow, RowExample } from './encoded-row.ts';

/**
 * A row of what a chat template or a prompt came to.
 * @example const { examples } = writtenRow([encodeCompletion(tokenizer, { prompt: 'a', completion: 'b', eos: 0 })]);
 */
export function writtenRow(
  encoded: readonly EncodedExample<number[] | Int32Array<ArrayBuffer>>[],
): EncodedRow {
  return {
    examples: encoded.map(({ tokens, supervised }) => ({
      tokens: tokens instanceof Int32Array ? tokens : new Int32Array(tokens),
      supervised,
    })),
    controlStrings: encoded.flatMap(({ controlStrings }) => controlStrings),
    notes: [],
  };
}

/**
 * A text in pieces to go on with: every token is a target, but the first of each piece; the last piece ends with `eos`.
 * @example const { examples } = encodeText(tokenizer, { text, eos: 0 }, { pieceTokens: 512 });
 */
export function encodeText(
  tokenizer: Tokenizer,
  { text, eos }: { readonly text: string; readonly eos: number },
  { pieceTokens }: { readonly pieceTokens: number },
): EncodedRow {
  const whole = writtenRow([encodeCompletion(tokenizer, { prompt: '', completion: text, eos })]);
  const [{ tokens, supervised }] = whole.examples as [RowExample];
  const examples: RowExample[] = [];
  // A piece of one token would have nothing to predict.
  for (let from = 0; from + 1 < tokens.length; from += pieceTokens) {
    const to = from + pieceTokens;
    examples.push({ tokens: tokens.slice(from, to), supervised: supervised.slice(from, to) });
  }
  return { ...whole, examples };
}

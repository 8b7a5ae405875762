import type { ShardExample } from '@lathe/contracts/artifact/shard';
import type { RowIssue } from '../check/validate-message.ts';

/** How answers of a model end. */
type Ends = {
  /** Whether an answer may end with this token. */
  endsAnswer(token: number): boolean;
  /** Whether a token is white space, which templates with tags may write behind the end of an answer and within its tags. */
  isBlank?(token: number): boolean;
  /** Whether every answer has to end so: the template ends answers with such a token. */
  readonly mustEnd: boolean;
};

/** How many tokens the loss counts: an example's first token has nothing before it and never counts. */
export function supervisedCount(supervised: ArrayLike<number>): number {
  let count = 0;
  for (let at = 1; at < supervised.length; at++) if (supervised[at] !== 0) count++;
  return count;
}

/**
 * What is wrong with the loss mask of a token sequence: nothing to learn, or an answer without the token that ends
 * it, after which a model would never stop. Where the template has such a token, that is an error.
 */
export function checkMask(row: ShardExample, ends: Ends): RowIssue[] {
  if (supervisedCount(row.supervised) === 0)
    return [
      {
        path: '',
        rule: 'no-supervised-token',
        message: 'the row has no token to learn from: its answer is empty',
        level: 'error',
      },
    ];
  if (everyAnswerEnds(row, ends)) return [];
  return [
    {
      path: '',
      rule: 'no-terminator',
      message: ends.mustEnd
        ? 'an answer does not end with the end-of-turn token that the chat template ends others with'
        : "the answer does not end with an end-of-turn token of the model's chat template",
      level: ends.mustEnd ? 'error' : 'warn',
    },
  ];
}

/** What is wrong with a text of which tokens are to be hidden. */
export function checkHidden({ supervised }: ShardExample): RowIssue[] {
  if (supervisedCount(supervised) > 0) return [];
  const message = 'the text has no token that could be hidden';
  return [{ path: 'text', rule: 'no-supervised-token', message, level: 'error' }];
}

/** Whether the last token of each stretch of targets, but for white space, is one that ends answers. */
function everyAnswerEnds(
  { tokens, supervised }: ShardExample,
  { endsAnswer, isBlank }: Ends,
): boolean {
  for (let at = 0; at < tokens.length; at++) {
    if (supervised[at] === 0 || (supervised[at + 1] ?? 0) !== 0) continue;
    let last = at;
    while (isBlank?.(tokens[last] as number) && supervised[last - 1] === 1) last--;
    if (!endsAnswer(tokens[last] as number)) return false;
  }
  return true;
}

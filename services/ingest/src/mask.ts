import type { ShardExample } from '@lathe/contracts/artifact/shard';
import type { RowIssue } from './validate-message.ts';

/** How many tokens the loss counts: an example's first token has nothing before it and never counts. */
export function supervisedCount(supervised: ArrayLike<number>): number {
  let count = 0;
  for (let at = 1; at < supervised.length; at++) if (supervised[at] !== 0) count++;
  return count;
}

/**
 * What is wrong with the loss mask of a token sequence: nothing to learn, or an answer without the token that ends
 * it, after which a model would never stop.
 */
export function checkMask(row: ShardExample, endsAnswer: (token: number) => boolean): RowIssue[] {
  if (supervisedCount(row.supervised) === 0)
    return [
      {
        path: '',
        rule: 'no-supervised-token',
        message: 'the row has no token to learn from: its answer is empty',
        level: 'error',
      },
    ];
  const last = row.tokens[row.supervised.lastIndexOf(1)];
  if (last !== undefined && endsAnswer(last)) return [];
  return [
    {
      path: '',
      rule: 'no-terminator',
      message: "the answer does not end with an end-of-turn token of the model's chat template",
      level: 'warn',
    },
  ];
}

import type { ShardExample } from '@lathe/contracts/artifact/shard';
import { LatheError } from '@lathe/contracts/error';
import type { ServedModel } from '../models/models.ts';

/** Throws `context_length_exceeded` where a model does not take the longest of the rows that it is to score. */
export function requireRoom(
  { room }: Pick<ServedModel, 'room'>,
  examples: readonly ShardExample[],
): void {
  if (examples.some(({ tokens }) => tokens.length > room)) throw tooLong(room);
}

/** What is said of a held-out row that is too long. */
export function tooLong(room: number): LatheError {
  return new LatheError(
    'context_length_exceeded',
    `A held-out row does not fit the ${room} tokens that the evaluator takes.`,
    { param: 'model' },
  );
}

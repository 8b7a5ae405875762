import { LatheError } from '@lathe/contracts/error';
import type { JobRecord } from '@lathe/contracts/job/record';
import { reinforcementSchema } from '@lathe/recipe/reinforcement';
import type { RowRoom } from '../fit/row-room.ts';

/** Longest answer that is sampled where the job says nothing. */
const usualAnswer = reinforcementSchema.parse({}).maxCompletionTokens;

/**
 * What prompts may have of the `room` of the model `name`: the longest answer that the job asks for has to fit beside them; the
 * usual one takes half of the room at most. Throws `invalid_value` for an answer that leaves no room for a prompt.
 */
export function roomForPrompts(
  { max_tokens: longest, reinforcement }: JobRecord['options'],
  { name, room }: { readonly name: string; readonly room: number },
): RowRoom {
  const asked = reinforcement?.max_completion_tokens;
  const answerTokens = asked ?? Math.min(usualAnswer, Math.floor(room / 2));
  if (answerTokens >= room)
    throw new LatheError(
      'invalid_value',
      `max_completion_tokens is ${answerTokens}, but the model '${name}' takes at most ${room} tokens, its prompt among them.`,
      { param: 'lathe.reinforcement.max_completion_tokens' },
    );
  return { maxTokens: Math.min(longest ?? room, room - answerTokens), answerTokens };
}

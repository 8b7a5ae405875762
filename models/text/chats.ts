import { createRandom, type Random } from './random.ts';
import { task, tasksAlike } from './tasks.ts';

/** A turn of a conversation in OpenAI's form. */
export type ChatMessage = {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
};

/**
 * Conversations without end, the same for the same seed. Most have one task, its instruction in the system message
 * or before the text; some go on with inputs of the same kind, as far as a prompt with examples goes.
 */
export function* chats(seed: number): Generator<readonly ChatMessage[], never> {
  const random = createRandom(seed);
  for (;;) yield random.chance(0.06) ? longer(random) : single(random);
}

function single(random: Random): readonly ChatMessage[] {
  const { instruction, input, answer } = task(random);
  const asSystem = instruction !== '' && random.chance(0.7);
  const user = asSystem || instruction === '' ? input : `${instruction}\n${input}`;
  return [
    ...(asSystem ? [{ role: 'system', content: instruction } as const] : []),
    { role: 'user', content: user },
    { role: 'assistant', content: answer },
  ];
}

function longer(random: Random): readonly ChatMessage[] {
  const tasks = tasksAlike(random, random.integer(2, 9));
  return [
    { role: 'system', content: tasks[0]?.instruction ?? '' },
    ...tasks.flatMap(({ input, answer }): ChatMessage[] => [
      { role: 'user', content: input },
      { role: 'assistant', content: answer },
    ]),
  ];
}

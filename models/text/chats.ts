import { createRandom } from './random.ts';
import { task } from './tasks.ts';

/** A turn of a conversation in OpenAI's form. */
export type ChatMessage = {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
};

/**
 * Short conversations without end, the same for the same seed: an instruction stands in the system message or
 * before the text, and at times a second task follows under the same instruction.
 */
export function* chats(seed: number): Generator<readonly ChatMessage[], never> {
  const random = createRandom(seed);
  for (;;) {
    const { instruction, input, answer } = task(random);
    const asSystem = instruction !== '' && random.chance(0.7);
    const user = asSystem || instruction === '' ? input : `${instruction}\n${input}`;
    yield [
      ...(asSystem ? [{ role: 'system', content: instruction } as const] : []),
      { role: 'user', content: user },
      { role: 'assistant', content: answer },
    ];
  }
}

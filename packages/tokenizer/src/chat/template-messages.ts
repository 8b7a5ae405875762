import type { Message } from './rendered-chat.ts';

/** Names under which programs keep what a model thought before it answered; templates read the first. */
const thoughtFields = ['reasoning_content', 'thinking', 'reasoning'] as const;

/**
 * Messages as a template sees them. As in transformers 5, fields that are null are left out, and a thought
 * is there under the names that templates read, whichever it came under. `weight` is Lathe's own.
 */
export function templateMessages(messages: readonly Message[]): Record<string, unknown>[] {
  return messages.map(({ weight: _, ...message }) => {
    const fields = Object.fromEntries(
      Object.entries(message).filter(([, value]) => value !== undefined && value !== null),
    );
    const name = thoughtFields.find((field) => Object.hasOwn(fields, field));
    if (name === undefined) return fields;
    const thought = fields[name];
    return { thinking: thought, ...fields, reasoning_content: thought };
  });
}

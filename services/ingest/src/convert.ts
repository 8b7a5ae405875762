import type { CanonicalRow, Message } from '@lathe/contracts/artifact/dataset';
import { z } from 'zod';
import type { FileKind } from './detect.ts';

const textSchema = z.union([
  z.string(),
  z
    .array(z.object({ text: z.string() }))
    .transform((parts) => parts.map((part) => part.text).join('')),
]);
const chatRowSchema = z.object({
  messages: z.array(
    z.object({
      role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
      content: textSchema,
      name: z.string().nullish(),
      weight: z.union([z.literal(0), z.literal(1)]).nullish(),
    }),
  ),
});
const completionRowSchema = z.object({ prompt: z.string(), completion: z.string() });

/** The canonical row of a value that `validateRow` found without errors. Throws on any other. */
export function convertRow(value: unknown, kind: FileKind, line: number): CanonicalRow {
  if (kind === 'completion') return { kind, line, ...completionRowSchema.parse(value) };
  const messages = chatRowSchema.parse(value).messages.map(toMessage);
  return { kind, line, messages };
}

function toMessage(message: z.infer<typeof chatRowSchema>['messages'][number]): Message {
  const { role, content, name, weight } = message;
  return {
    role,
    content,
    ...(name == null ? {} : { name }),
    ...(weight == null ? {} : { weight }),
  };
}

/** The text that the row's question is told apart by: what users said, or else all before the answer. */
export function promptOf(row: CanonicalRow): string {
  if (row.kind === 'completion') return row.prompt;
  const asked = row.messages.filter((message) => message.role === 'user');
  const told = asked.length > 0 ? asked : row.messages.slice(0, -1);
  return told.map((message) => message.content).join('\n');
}

/** The row's last answer. */
export function answerOf(row: CanonicalRow): string {
  return (row.kind === 'completion' ? row.completion : (row.messages.at(-1)?.content ?? '')).trim();
}

/** Every text that a user wrote, for looking at. */
export function textsOf(row: CanonicalRow): string[] {
  return row.kind === 'completion'
    ? [row.prompt, row.completion]
    : row.messages.map((message) => message.content);
}

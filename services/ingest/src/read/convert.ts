import type { GenerationRow, Message } from '@lathe/contracts/artifact/dataset';
import { z } from 'zod';

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
const preferenceRowSchema = z.object({
  input: chatRowSchema,
  preferred_output: chatRowSchema.shape.messages.length(1),
  non_preferred_output: chatRowSchema.shape.messages.length(1),
});
const chosenRowSchema = z.object({
  prompt: z.union([z.string(), chatRowSchema.shape.messages]),
  chosen: z.union([z.string(), chatRowSchema.shape.messages.length(1)]),
  rejected: z.union([z.string(), chatRowSchema.shape.messages.length(1)]),
});
const judgedRowSchema = z.object({
  input: chatRowSchema,
  output: chatRowSchema.shape.messages.length(1),
  label: z.boolean(),
});
const textRowSchema = z.object({ text: z.string() });
const completionRowSchema = z.object({ prompt: z.string(), completion: z.string() });

/** The canonical row of a value that was found without errors. Throws on any other. */
export function convertRow(
  value: unknown,
  kind: GenerationRow['kind'],
  line: number,
): GenerationRow {
  if (kind === 'completion') return { kind, line, ...completionRowSchema.parse(value) };
  if (kind === 'text') return { kind, line, part: 0, ...textRowSchema.parse(value) };
  if (kind === 'preference') {
    const trl = chosenRowSchema.safeParse(value);
    if (trl.success) {
      const { prompt, chosen, rejected } = trl.data;
      const messages = spoken('user', prompt);
      const [preferred] = spoken('assistant', chosen) as [Message];
      const [other] = spoken('assistant', rejected) as [Message];
      return { kind, line, messages, preferred, rejected: other };
    }
    const row = preferenceRowSchema.parse(value);
    const [preferred] = row.preferred_output.map(toMessage) as [Message];
    const [rejected] = row.non_preferred_output.map(toMessage) as [Message];
    return { kind, line, messages: row.input.messages.map(toMessage), preferred, rejected };
  }
  if (kind === 'judged') {
    const { input, output, label } = judgedRowSchema.parse(value);
    const [answer] = output.map(toMessage) as [Message];
    return { kind, line, messages: input.messages.map(toMessage), answer, label };
  }
  const messages = chatRowSchema.parse(value).messages.map(toMessage);
  return { kind, line, messages };
}

/** Messages as they are, or a text as what that role says. */
function spoken(role: Message['role'], said: z.infer<typeof chosenRowSchema>['prompt']): Message[] {
  return typeof said === 'string' ? [{ role, content: said }] : said.map(toMessage);
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
export function promptOf(row: GenerationRow): string {
  if (row.kind === 'completion') return row.prompt;
  if (row.kind === 'text') return row.text;
  const asked = row.messages.filter((message) => message.role === 'user');
  const before = row.kind === 'chat' ? row.messages.slice(0, -1) : row.messages;
  const told = asked.length > 0 ? asked : before;
  return told.map((message) => message.content).join('\n');
}

/** The row's last answer. */
export function answerOf(row: GenerationRow): string {
  if (row.kind === 'completion') return row.completion.trim();
  if (row.kind === 'text') return row.text.trim();
  if (row.kind === 'preference') return row.preferred.content.trim();
  if (row.kind === 'judged') return row.answer.content.trim();
  return row.messages.at(-1)?.content.trim() ?? '';
}

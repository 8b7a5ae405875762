import type { GenerationRow, Message } from '@lathe/contracts/artifact/dataset';
import { type Tool, type ToolCall, toolSchema } from '@lathe/contracts/artifact/tool';
import { z } from 'zod';

const textSchema = z.union([
  z.string(),
  z
    .array(z.object({ text: z.string() }))
    .transform((parts) => parts.map((part) => part.text).join('')),
]);
const callSchema = z.object({
  id: z.string(),
  function: z.object({
    name: z.string(),
    arguments: z.union([z.string(), z.record(z.string(), z.unknown()).transform(textOf)]),
  }),
});
/** Tools as they came; null and an empty list are none. */
const toolsSchema = z.array(toolSchema).nullish();
const chatRowSchema = z.object({
  messages: z.array(
    z.object({
      role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
      content: textSchema.nullish(),
      name: z.string().nullish(),
      weight: z.union([z.literal(0), z.literal(1)]).nullish(),
      tool_calls: z.array(callSchema).nullish().catch(undefined),
      tool_call_id: z.string().nullish().catch(undefined),
    }),
  ),
  tools: toolsSchema.catch(undefined),
});
const itemSchema = z.record(z.string(), z.unknown());
const preferenceRowSchema = z.object({
  input: chatRowSchema,
  preferred_output: chatRowSchema.shape.messages.length(1),
  non_preferred_output: chatRowSchema.shape.messages.length(1),
});
const chosenRowSchema = z.object({
  prompt: z.union([z.string(), chatRowSchema.shape.messages]),
  chosen: z.union([z.string(), chatRowSchema.shape.messages.length(1)]),
  rejected: z.union([z.string(), chatRowSchema.shape.messages.length(1)]),
  tools: chatRowSchema.shape.tools,
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
      const { prompt, chosen, rejected, tools } = trl.data;
      const messages = spoken('user', prompt);
      const [preferred] = spoken('assistant', chosen) as [Message];
      const [other] = spoken('assistant', rejected) as [Message];
      return { kind, line, ...someTools(tools), messages, preferred, rejected: other };
    }
    const row = preferenceRowSchema.parse(value);
    const [preferred] = row.preferred_output.map(toMessage) as [Message];
    const [rejected] = row.non_preferred_output.map(toMessage) as [Message];
    return { kind, line, ...chatOf(row.input), preferred, rejected };
  }
  if (kind === 'judged') {
    const { input, output, label } = judgedRowSchema.parse(value);
    const [answer] = output.map(toMessage) as [Message];
    return { kind, line, ...chatOf(input), answer, label };
  }
  const chat = chatOf(chatRowSchema.parse(value));
  if (kind === 'chat') return { kind, line, ...chat };
  const { messages: _, tools: __, ...item } = itemSchema.parse(value);
  return { kind, line, ...chat, item };
}

function chatOf({ messages, tools }: z.infer<typeof chatRowSchema>): {
  messages: Message[];
  tools?: Tool[];
} {
  return { ...someTools(tools), messages: messages.map(toMessage) };
}

function someTools(tools: Tool[] | null | undefined): { tools?: Tool[] } {
  return tools == null || tools.length === 0 ? {} : { tools };
}

/** Messages as they are, or a text as what that role says. */
function spoken(role: Message['role'], said: z.infer<typeof chosenRowSchema>['prompt']): Message[] {
  return typeof said === 'string' ? [{ role, content: said }] : said.map(toMessage);
}

function toMessage(message: z.infer<typeof chatRowSchema>['messages'][number]): Message {
  const { role, content, name, weight, tool_calls: calls, tool_call_id: answered } = message;
  return {
    role,
    content: content ?? '',
    ...(name == null ? {} : { name }),
    ...(weight == null ? {} : { weight }),
    ...(calls == null || calls.length === 0 ? {} : { tool_calls: calls.map(toCall) }),
    ...(answered == null || answered === '' ? {} : { tool_call_id: answered }),
  };
}

function toCall({ id, function: called }: z.infer<typeof callSchema>): ToolCall {
  return { id, type: 'function', function: called };
}

function textOf(value: unknown): string {
  return JSON.stringify(value);
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
  // What is right stands there, if anywhere.
  if (row.kind === 'prompt') return JSON.stringify(row.item);
  const last =
    row.kind === 'preference'
      ? row.preferred
      : row.kind === 'judged'
        ? row.answer
        : row.messages.at(-1);
  if (last === undefined) return '';
  const calls = last.tool_calls?.map(({ function: called }) => [called.name, called.arguments]);
  return last.content.trim() + (calls === undefined ? '' : JSON.stringify(calls));
}

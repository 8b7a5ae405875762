import type { Message } from '@lathe/tokenizer/rendered-chat';
import { z } from 'zod';
import type { RecordForm } from './record-form.ts';
import type { Row } from './row.ts';

const content = z.union([
  z.string(),
  z
    .array(z.looseObject({ text: z.string() }))
    .transform((parts) => parts.map(({ text }) => text).join('')),
]);
const call = z.looseObject({
  id: z.string(),
  function: z.looseObject({
    name: z.string(),
    arguments: z.union([
      z.string(),
      z.record(z.string(), z.unknown()).transform((value) => JSON.stringify(value)),
    ]),
  }),
});
/** A message with what a chat template is told of it: null and empty lists are nothing. */
const message = z
  .object({
    role: z.string(),
    content: content.nullish(),
    name: z.string().nullish(),
    weight: z.union([z.literal(0), z.literal(1)]).nullish(),
    tool_calls: z.array(call).nullish(),
    tool_call_id: z.string().nullish(),
  })
  .transform(({ role, content: said, name, weight, tool_calls: calls, tool_call_id: id }) => ({
    role,
    content: said ?? '',
    ...(name != null && { name }),
    ...(weight != null && { weight }),
    ...(calls != null &&
      calls.length > 0 && {
        tool_calls: calls.map((each) => ({
          ...{ id: each.id, type: 'function' },
          function: { name: each.function.name, arguments: each.function.arguments },
        })),
      }),
    ...(id != null && id !== '' && { tool_call_id: id }),
  }));
const messages = z.array(message).min(1);
const tools = z
  .array(z.looseObject({}))
  .nullish()
  .transform((all) => (all == null || all.length === 0 ? undefined : all));
const asked = z.looseObject({ messages, tools });
const answer = z.tuple([message]);

/** What is said in that role, as a text or as messages. */
const said = (role: string) =>
  z.union([
    z.string().transform((text): Message[] => [{ role, content: text }]),
    role === 'user' ? messages : answer,
  ]);

/** Rows for a model that writes, and pairs of answers. */
export const writtenRecords: readonly RecordForm[] = [
  {
    kind: 'preference',
    has: (record) => 'preferred_output' in record || 'non_preferred_output' in record,
    schema: z
      .looseObject({ input: asked, preferred_output: answer, non_preferred_output: answer })
      .transform(({ input, preferred_output: [preferred], non_preferred_output: [rejected] }) => {
        return row({ kind: 'preference', ...told(input), preferred, rejected });
      }),
  },
  {
    kind: 'preference',
    has: (record) => 'chosen' in record && 'rejected' in record,
    schema: z
      .looseObject({
        ...{ prompt: said('user'), chosen: said('assistant'), rejected: said('assistant') },
        tools,
      })
      .transform(({ prompt, chosen, rejected, tools: offered }) =>
        row({
          ...{ kind: 'preference', messages: prompt, tools: offered },
          ...{ preferred: chosen[0] as Message, rejected: rejected[0] as Message },
        }),
      ),
  },
  {
    kind: 'judged',
    has: (record) => 'input' in record && 'label' in record,
    schema: z
      .looseObject({ input: asked, output: answer, label: z.boolean() })
      .transform(({ input, output: [own], label }) =>
        row({ kind: 'judged', ...told(input), answer: own, label }),
      ),
  },
  {
    kind: 'chat',
    has: (record) => 'messages' in record,
    schema: asked.transform((chat) => row({ kind: 'chat', ...told(chat) })),
  },
  {
    kind: 'completion',
    has: (record) => 'prompt' in record && 'completion' in record,
    schema: z
      .looseObject({ prompt: z.string(), completion: z.string() })
      .transform(({ prompt, completion }) => row({ kind: 'completion', prompt, completion })),
  },
];

function told({ messages: all, tools: offered }: z.output<typeof asked>) {
  return { messages: all, tools: offered };
}

function row(one: Row): Row {
  return one;
}

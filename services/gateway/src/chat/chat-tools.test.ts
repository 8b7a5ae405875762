import type { InferenceReply } from '@lathe/contracts/message/inference';
import type OpenAI from 'openai';
import { expect, test } from 'vitest';
import { oneGateway } from '../integration/one-gateway.fixture.ts';
import { body, sayAll, startEvaluator, text, usage } from './chat.fixture.ts';

const gateway = oneGateway({ inferenceAcceptMs: 300, inferenceSilenceMs: 300 });

/** Its keys in an order of their own, which templates print. */
const tool = {
  function: { parameters: { type: 'object' }, name: 'find_order', strict: true },
  type: 'function',
} as const;
const logprob = (token: string) => [{ token, logprob: -1, bytes: [1], top_logprobs: [] }];
const call = (index: number, name: string): InferenceReply => ({
  kind: 'call',
  ...{ choice: 0, index, id: `call_${index}`, name, logprobs: logprob('<') },
});
const argue = (index: number, piece: string): InferenceReply => ({
  kind: 'arguments',
  ...{ choice: 0, index, text: piece, logprobs: logprob(piece) },
});
const twoCalls: InferenceReply[] = [
  { kind: 'accepted' },
  call(0, 'find_order'),
  argue(0, '{"order":'),
  { kind: 'waiting' },
  argue(0, ' "12"}'),
  call(1, 'now'),
  argue(1, '{}'),
  { kind: 'finish', choice: 0, reason: 'tool_calls' },
  { kind: 'done', usage },
];
const wanted = [
  {
    id: 'call_0',
    type: 'function',
    function: { name: 'find_order', arguments: '{"order": "12"}' },
  },
  { id: 'call_1', type: 'function', function: { name: 'now', arguments: '{}' } },
];

test('calls are the answer, and what may be called reaches the evaluator as it came', async () => {
  const { requests } = await startEvaluator(gateway.nats, sayAll(twoCalls));
  const completion = await gateway.client.chat.completions.create({
    ...body,
    tools: [tool],
    tool_choice: 'required',
    parallel_tool_calls: false,
    logprobs: true,
  });
  expect(completion.choices[0]).toMatchObject({
    finish_reason: 'tool_calls',
    message: { role: 'assistant', content: null, refusal: null, tool_calls: wanted },
  });
  expect(completion.choices[0]?.logprobs?.content).toHaveLength(5);
  expect(JSON.stringify(requests[0]?.tools)).toBe(JSON.stringify([tool]));
  expect(requests[0]).toMatchObject({ toolChoice: 'required', parallelToolCalls: false });
});

test('an answer goes back into the conversation as the client has it, with what its calls returned', async () => {
  const { requests } = await startEvaluator(gateway.nats, sayAll(twoCalls));
  const first = await gateway.client.chat.completions.create({ ...body, tools: [tool] });
  const message = first.choices[0]?.message as OpenAI.ChatCompletionMessage;
  await gateway.client.chat.completions.create({
    ...body,
    tools: [tool],
    tool_choice: { type: 'function', function: { name: 'find_order' } },
    messages: [
      ...body.messages,
      message,
      { role: 'tool', tool_call_id: 'call_1', content: '12:00' },
      { role: 'tool', tool_call_id: 'call_0', content: [{ type: 'text', text: 'sent' }] },
    ],
  });
  expect(requests[0]).toMatchObject({ toolChoice: 'auto', parallelToolCalls: true });
  expect(requests[1]).toMatchObject({
    toolChoice: { name: 'find_order' },
    messages: [
      {},
      { role: 'assistant', content: '', tool_calls: wanted },
      { role: 'tool', tool_call_id: 'call_1', content: '12:00' },
      { role: 'tool', tool_call_id: 'call_0', content: 'sent' },
    ],
  });
});

test('calls are streamed: first with id and name, then their arguments in pieces', async () => {
  const said = [...twoCalls];
  said.splice(1, 0, text('Let me see.'));
  await startEvaluator(gateway.nats, sayAll(said));
  const raw = await gateway.client.chat.completions.create({
    ...body,
    tools: [tool],
    stream: true,
  });
  const deltas = [];
  for await (const { choices } of raw) deltas.push(choices[0]?.delta);
  expect(
    deltas.filter((delta) => delta?.tool_calls).map((delta) => delta?.tool_calls?.[0]),
  ).toEqual([
    {
      index: 0,
      id: 'call_0',
      type: 'function',
      function: { name: 'find_order', arguments: '' },
    },
    { index: 0, function: { arguments: '{"order":' } },
    { index: 0, function: { arguments: ' "12"}' } },
    { index: 1, id: 'call_1', type: 'function', function: { name: 'now', arguments: '' } },
    { index: 1, function: { arguments: '{}' } },
  ]);
  await startEvaluator(gateway.nats, sayAll(said));
  const runner = gateway.client.chat.completions.stream({ ...body, tools: [tool], stream: true });
  const { choices } = await runner.finalChatCompletion();
  expect(choices[0]).toMatchObject({
    finish_reason: 'tool_calls',
    message: { content: 'Let me see.', tool_calls: wanted },
  });
});

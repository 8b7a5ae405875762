import { keptCompletionSchema } from '@lathe/contracts/http/stored-completion';
import { expect, it } from 'vitest';
import { hello, sayAll, startEvaluator } from '../chat/chat.fixture.ts';
import { oneGateway } from '../integration/one-gateway.fixture.ts';
import { rowsOf } from './completion-dataset.ts';
import { eraseOldCompletions } from './stored-completions.ts';

const gateway = oneGateway();

const asked = (content: string, metadata: Record<string, string> = {}) => ({
  ...{ model: 'lathe-tiny', temperature: 0.5, store: true, metadata },
  messages: [
    { role: 'system' as const, content: 'Be short.' },
    { role: 'user' as const, content: [{ type: 'text' as const, text: content }] },
  ],
});

it('keeps an answer that is asked to be kept, streamed or not, and no other', async () => {
  await startEvaluator(gateway.nats, sayAll(hello));
  const { completions } = gateway.client.chat;
  await completions.create({ ...asked('none'), store: false });
  const whole = await completions.create(asked('first', { feature: 'a' }));
  const stream = await completions.create({ ...asked('second', { feature: 'b' }), stream: true });
  const chunks = await Array.fromAsync(stream);
  const listed = await Array.fromAsync(completions.list({ limit: 1 }));
  expect(listed.map(({ id }) => id)).toEqual([whole.id, chunks[0]?.id]);
  const [first, second] = listed;
  expect(first).toMatchObject({ ...whole, metadata: { feature: 'a' }, temperature: 0.5 });
  expect(second?.choices[0]?.message.content).toBe('Hello');
  const ofB = await completions.list({ metadata: { feature: 'b' } });
  expect(ofB.data.map(({ id }) => id)).toEqual([second?.id]);
  expect((await completions.list({ model: 'other' })).data).toEqual([]);
  expect((await completions.list({ order: 'desc' })).data[0]?.id).toBe(second?.id);
  const messages = await Array.fromAsync(completions.messages.list(whole.id, { limit: 1 }));
  expect(messages).toMatchObject([
    { id: `${whole.id}-0`, role: 'system', content: 'Be short.' },
    { role: 'user', content: null, content_parts: [{ type: 'text', text: 'first' }] },
  ]);
  const renamed = await completions.update(whole.id, { metadata: { feature: 'c' } });
  expect(renamed).toMatchObject({ id: whole.id, metadata: { feature: 'c' } });
  expect(await completions.delete(whole.id)).toEqual({
    ...{ object: 'chat.completion.deleted', id: whole.id, deleted: true },
  });
  await expect(completions.retrieve(whole.id)).rejects.toMatchObject({ status: 404 });
  const left = await Array.fromAsync(gateway.artifacts.list('default/completions'));
  expect(left.map(({ key }) => key.includes(whole.id))).toEqual([false]);
});

it('lists the others where one is damaged, and says so of that one', async () => {
  await startEvaluator(gateway.nats, sayAll(hello));
  const { completions } = gateway.client.chat;
  const metadata = { run: 'damaged' };
  const damaged = await completions.create(asked('first', metadata));
  const whole = await completions.create(asked('second', metadata));
  const stored = await gateway.storedCompletions.get(`default.${damaged.id}`);
  await gateway.artifacts.put(stored?.value.key ?? '', Buffer.from('{"completion":'));
  const { data } = await completions.list({ metadata });
  expect(data.map(({ id }) => id)).toEqual([whole.id]);
  await expect(completions.retrieve(damaged.id)).rejects.toMatchObject({
    status: 500,
    message: expect.stringContaining('was found damaged or gone while'),
  });
  for (const { id } of [damaged, whole]) await completions.delete(id);
});

it('takes feedback, and makes training files of it', async () => {
  await startEvaluator(gateway.nats, sayAll(hello));
  const ids: string[] = [];
  for (const content of ['good', 'bad', 'corrected', 'plain'])
    ids.push((await gateway.client.chat.completions.create(asked(content, { run: 'f' }))).id);
  const [good, bad, corrected] = ids;
  const say = (body: object) => gateway.client.post('/lathe/feedback', { body });
  await say({ completion_id: good, rating: 'up' });
  await say({ completion_id: bad, rating: 'down', note: 'rude' });
  await say({ completion_id: corrected, better_answer: 'Good day.' });
  expect(await say({ completion_id: corrected, rating: 'down' })).toEqual({
    ...{ object: 'lathe.feedback', completion_id: corrected },
    ...{ rating: 'down', better_answer: 'Good day.', note: null },
  });
  const made = async (rows: string) => {
    const body = { rows, metadata: { run: 'f' } };
    const file = (await gateway.client.post('/lathe/completions/dataset', { body })) as {
      id: string;
    };
    const text = await (await gateway.client.files.content(file.id)).text();
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  const answers = (await made('chats')).map(({ messages }) => [
    messages[1].content,
    messages[2].content,
  ]);
  expect(answers).toEqual([
    ['good', 'Hello'],
    ['corrected', 'Good day.'],
    ['plain', 'Hello'],
  ]);
  expect(await made('preferences')).toMatchObject([
    {
      input: { messages: [{ role: 'system' }, { role: 'user', content: 'corrected' }] },
      preferred_output: [{ content: 'Good day.' }],
      non_preferred_output: [{ content: 'Hello' }],
    },
  ]);
  expect((await made('judged')).map(({ label }) => label)).toEqual([true, false, false]);
  await expect(made('nonsense')).rejects.toMatchObject({ status: 400, param: 'rows' });
  const none = gateway.client.post('/lathe/completions/dataset', { body: { model: 'nobody' } });
  await expect(none).rejects.toMatchObject({ status: 400 });
});

it('refuses more of a better answer than is kept, by its field', async () => {
  const body = { completion_id: 'chatcmpl-none', better_answer: 'x'.repeat(100_001) };
  const said = gateway.client.post('/lathe/feedback', { body });
  await expect(said).rejects.toMatchObject({ status: 400, param: 'better_answer' });
});

it('means the same by null as by what is left out', async () => {
  await startEvaluator(gateway.nats, sayAll(hello));
  await gateway.client.chat.completions.create(asked('nulls', { run: 'n' }));
  const nothing = { model: null, created_after: null, created_before: null, limit: null };
  const rows = { metadata: { run: 'n' }, ...nothing };
  const made = await gateway.client.post('/lathe/completions/dataset', { body: rows });
  expect(made).toMatchObject({ purpose: 'fine-tune' });
  const badly = { body: { ...rows, created_after: true } };
  await expect(gateway.client.post('/lathe/completions/dataset', badly)).rejects.toMatchObject({
    status: 400,
    param: 'created_after',
  });
});

it('writes calls of tools with the tools that were asked with', () => {
  const call = { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{}' } };
  const tools = [{ type: 'function', function: { name: 'look' } }];
  const kept = keptCompletionSchema.parse({
    version: 1,
    messages: [{ role: 'user', content: 'Look.', name: null }],
    asked: { tools },
    completion: {
      ...{ id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: 'm' },
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: null, refusal: null, tool_calls: [call] },
          finish_reason: 'tool_calls',
          logprobs: null,
        },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      system_fingerprint: 'f',
    },
  });
  expect(rowsOf('chats', kept, null)).toEqual([
    {
      messages: [
        { role: 'user', content: 'Look.' },
        { role: 'assistant', tool_calls: [call] },
      ],
      tools,
    },
  ]);
});

it('goes when it is old, and the oldest where there are too many', async () => {
  await startEvaluator(gateway.nats, sayAll(hello));
  const { completions } = gateway.client.chat;
  for await (const { id } of completions.list()) await completions.delete(id);
  const ids: string[] = [];
  for (const content of ['1', '2', '3']) ids.push((await completions.create(asked(content))).id);
  const places = { put: async () => 1 } as never;
  const ports = { ...gateway, places, now: Date.now };
  const all = { storedCompletionsKept: 2, storedCompletionsKeepMs: 0 };
  expect(await eraseOldCompletions(ports, all)).toBe(1);
  expect((await completions.list()).data.map(({ id }) => id)).toEqual(ids.slice(1));
  const later = { ...ports, now: () => Date.now() + 3_600_000 };
  expect(await eraseOldCompletions(later, { ...all, storedCompletionsKeepMs: 60_000 })).toBe(2);
});

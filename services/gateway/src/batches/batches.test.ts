import { batchAnswerKey } from '@lathe/contracts/artifact/key';
import { batchAnswerSchema } from '@lathe/contracts/http/batch';
import type { InferenceRequest } from '@lathe/contracts/message/inference';
import { toFile } from 'openai';
import { expect, it } from 'vitest';
import { hello, type Say, sayAll, startEvaluator } from '../chat/chat.fixture.ts';
import { openGateway, project } from '../integration/gateway.fixture.ts';
import { oneGateway } from '../integration/one-gateway.fixture.ts';

const quick = { batchProgressMs: 20, batchSweepMs: 50, batchPauseMs: 20 };
const gateway = oneGateway(quick);

const chat = (content: string) => ({
  model: 'lathe-tiny',
  messages: [{ role: 'user', content }],
});
const line = (custom_id: string, body: object = chat(custom_id)) =>
  JSON.stringify({ custom_id, method: 'POST', url: '/v1/chat/completions', body });

async function upload(lines: readonly string[] | Buffer): Promise<string> {
  const bytes = lines instanceof Buffer ? lines : Buffer.from(lines.join('\n'));
  const file = await toFile(bytes, 'requests.jsonl');
  return (await gateway.client.files.create({ file, purpose: 'batch' })).id;
}

async function create(lines: Parameters<typeof upload>[0], more: object = {}) {
  return gateway.client.batches.create({
    input_file_id: await upload(lines),
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
    ...more,
  });
}

const over = ['completed', 'failed', 'expired', 'cancelled'];
async function ended(id: string, client = gateway.client) {
  const retrieve = () => client.batches.retrieve(id);
  await expect.poll(async () => over.includes((await retrieve()).status)).toBe(true);
  return retrieve();
}

/** The lines of a file that a batch made. */
async function linesOf(id: string | undefined, client = gateway.client) {
  const text = await (await client.files.content(id ?? expect.fail('no file'))).text();
  return text
    .trimEnd()
    .split('\n')
    .map((each) => batchAnswerSchema.parse(JSON.parse(each)));
}

const prompt = ({ messages }: InferenceRequest) => String(messages[0]?.content);

it('answers the requests of a file into another, in its order, and those that are refused into a third', async () => {
  await startEvaluator(gateway.nats, (request, say) => {
    if (prompt(request) !== 'full') return sayAll(hello)(request, say);
    say({
      kind: 'error',
      error: { code: 'context_length_exceeded', message: 'Too long.', param: 'messages' },
    });
  });
  const made = await create(
    ['first', 'full', 'second']
      .map((id) => line(id))
      .concat(line('odd', { model: 'nobody', messages: [] })),
    { metadata: { run: 'nightly' } },
  );
  expect(made).toMatchObject({
    object: 'batch',
    status: 'validating',
    metadata: { run: 'nightly' },
  });
  const batch = await ended(made.id);
  expect(batch).toMatchObject({
    status: 'completed',
    model: 'lathe-tiny',
    request_counts: { total: 4, completed: 2, failed: 2 },
    usage: {
      ...{ input_tokens: 6, output_tokens: 4, total_tokens: 10 },
      input_tokens_details: { cached_tokens: 4 },
    },
  });
  expect(batch.completed_at).toBeGreaterThanOrEqual(batch.created_at);
  const [first, second, ...none] = await linesOf(batch.output_file_id);
  expect(none).toEqual([]);
  expect([first?.custom_id, second?.custom_id]).toEqual(['first', 'second']);
  expect(first?.response).toMatchObject({
    status_code: 200,
    body: { object: 'chat.completion', choices: [{ message: { content: 'Hello' } }] },
  });
  const refused = await linesOf(batch.error_file_id);
  expect(refused).toMatchObject([
    {
      custom_id: 'full',
      response: { status_code: 400, body: { error: { message: 'Too long.' } } },
    },
    { custom_id: 'odd', response: { status_code: 400 } },
  ]);
  const file = await gateway.client.files.retrieve(batch.output_file_id ?? '');
  expect(file).toMatchObject({ purpose: 'batch_output', filename: `${batch.id}_output.jsonl` });
  // What lay there line by line is gone.
  expect(
    await gateway.artifacts.list(`default/batches/${batch.id}`)[Symbol.asyncIterator]().next(),
  ).toMatchObject({ done: true });
  expect((await gateway.client.batches.list({ limit: 1 })).data[0]?.id).toBe(batch.id);
  // Its input takes it along, with its files.
  const gone = await gateway.client.delete(`/files/${batch.input_file_id}?cascade=true`);
  const files = [batch.output_file_id, batch.error_file_id];
  expect(gone).toMatchObject({ lathe: { erased_batches: [batch.id], erased_files: files } });
  await expect(gateway.client.batches.retrieve(batch.id)).rejects.toMatchObject({ status: 404 });
  for (const id of files)
    await expect(gateway.client.files.retrieve(id ?? '')).rejects.toMatchObject({ status: 404 });
});

it('fails with every mistake of the file, and asks nothing of it', async () => {
  const { requests } = await startEvaluator(gateway.nats, sayAll(hello));
  const { id } = await create([
    line('same'),
    'no json',
    line('same'),
    JSON.stringify({ custom_id: 'a', method: 'POST', url: '/v1/embeddings', body: {} }),
    JSON.stringify({ custom_id: 'b', method: 'GET', url: '/v1/chat/completions', body: {} }),
    line('c', { ...chat('c'), stream: true }),
  ]);
  const { status, errors, failed_at } = await ended(id);
  expect([status, failed_at]).toEqual(['failed', expect.any(Number)]);
  expect(errors?.data?.map(({ code, line: at }) => [code, at])).toEqual([
    ['invalid_json_line', 2],
    ['duplicate_custom_id', 3],
    ['invalid_url', 4],
    ['invalid_request', 5],
    ['invalid_request', 6],
  ]);
  expect((await ended((await create(['', ' '])).id)).errors?.data?.[0]?.code).toBe('empty_file');
  expect(requests).toEqual([]);
});

it.each([
  [
    { custom_id: undefined },
    'custom_id',
    /^Missing required parameter: 'custom_id'\. A line is like \{/,
  ],
  [{ method: 'GET' }, 'method', /^Invalid value for 'method': expected "POST"\. A line is like \{/],
  [
    { body: 'x' },
    'body',
    /^Invalid value for 'body': expected object, received string\. A line is/,
  ],
  [{ model: 'm' }, 'model', /^Unsupported parameter: 'model'\. A line is like \{/],
])('names the field at fault of a line with %j, as requests do', async (wrong, param, message) => {
  const { id } = await create([JSON.stringify({ ...JSON.parse(line('a')), ...wrong })]);
  const errors = (await ended(id)).errors?.data;
  expect(errors).toMatchObject([{ code: 'invalid_request', line: 1, param }]);
  expect(errors?.[0]?.message).toMatch(message);
});

it.each([
  ['in UTF-16', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
  ['with CR alone', (text: string) => Buffer.from(text.replaceAll('\n', '\r'))],
])('reads lines %s', async (_, written) => {
  const text = `${line('ä')}\n${line('b', { ...chat('b'), stream: true })}\n${line('ä')}\n`;
  const batch = await ended((await create(written(text))).id);
  expect(batch.errors?.data).toMatchObject([
    { code: 'invalid_request', line: 2, param: 'body.stream' },
    { code: 'duplicate_custom_id', line: 3, message: expect.stringContaining('"ä"') },
  ]);
});

it('names what is wrong with a request, and where it is another project’s', async () => {
  const lines = await gateway.upload();
  const body = { endpoint: '/v1/chat/completions', completion_window: '24h' } as const;
  const refused = async (input_file_id: string, client = gateway.client) =>
    client.batches.create({ ...body, input_file_id }).catch((error: Error) => error);
  expect(await refused(lines)).toMatchObject({ status: 400, param: 'input_file_id' });
  const own = await upload([line('a')]);
  expect(await refused(own, gateway.otherClient)).toMatchObject({ status: 400 });
  await startEvaluator(gateway.nats, sayAll(hello));
  const { id } = await create([line('a')]);
  await expect(gateway.otherClient.batches.retrieve(id)).rejects.toMatchObject({ status: 404 });
  await expect(gateway.otherClient.batches.cancel(id)).rejects.toMatchObject({ status: 404 });
  await ended(id);
  await expect(gateway.client.batches.cancel(id)).rejects.toMatchObject({ status: 409 });
});

it('asks again where an evaluator is full or lost, and tells what stays wrong', async () => {
  const tries = new Map<string, number>();
  await startEvaluator(gateway.nats, (request, say) => {
    const count = (tries.get(prompt(request)) ?? 0) + 1;
    tries.set(prompt(request), count);
    if (count > 2) return sayAll(hello)(request, say);
    const code = count === 1 ? 'rate_limit_exceeded' : 'unavailable';
    say({ kind: 'error', error: { code, message: 'Later.', param: null, retryAfterMs: 1 } });
  });
  const { id } = await create([line('a'), line('b')]);
  expect(await ended(id)).toMatchObject({ request_counts: { completed: 2, failed: 0 } });
  expect([...tries.values()]).toEqual([3, 3]);
});

it('ends a batch that is cancelled with what was answered, and the rest named', async () => {
  const held: (() => void)[] = [];
  await startEvaluator(gateway.nats, (request, say) => {
    if (prompt(request) === 'quick') return sayAll(hello)(request, say);
    // The silence of a long answer.
    say({ kind: 'accepted' });
    held.push(() => sayAll(hello)(request, say));
  });
  const lines = ['quick', 'slow-1', 'slow-2', 'slow-3', 'slow-4', 'slow-5'].map((id) => line(id));
  const { id } = await create(lines);
  const retrieve = () => gateway.client.batches.retrieve(id);
  await expect.poll(async () => (await retrieve()).request_counts?.completed).toBe(1);
  await expect.poll(() => held.length).toBeGreaterThan(0);
  expect((await gateway.client.batches.cancel(id)).status).toBe('cancelling');
  const batch = await ended(id);
  expect(batch).toMatchObject({ status: 'cancelled', cancelling_at: expect.any(Number) });
  expect(await linesOf(batch.output_file_id)).toMatchObject([{ custom_id: 'quick' }]);
  const unasked = await linesOf(batch.error_file_id);
  expect(unasked.map(({ custom_id }) => custom_id)).toEqual([
    'slow-1',
    'slow-2',
    'slow-3',
    'slow-4',
    'slow-5',
  ]);
  expect(unasked[0]).toMatchObject({ response: null, error: { code: 'batch_cancelled' } });
});

it('goes on in another gateway, asks nothing twice that was answered, and ends the same', async () => {
  const asked: string[] = [];
  let isOpen = false;
  const answer = (request: InferenceRequest, say: Say): void => {
    asked.push(prompt(request));
    if (isOpen || Number(prompt(request)) < 5) sayAll(hello)(request, say);
    else say({ kind: 'accepted' });
  };
  await startEvaluator(gateway.nats, answer);
  const body = (at: number) => ({ ...chat(String(at)), ...(at === 0 && { store: true }) });
  const lines = Array.from({ length: 12 }, (_, at) => line(String(at), body(at)));
  const { id } = await create(lines);
  const retrieve = () => gateway.client.batches.retrieve(id);
  await expect.poll(async () => (await retrieve()).request_counts?.completed).toBe(5);
  await gateway.stopGateway();
  // As if it had died between storing the chat and the answer of its line.
  await gateway.artifacts.delete(batchAnswerKey(project, id, { index: 0, status: 'ok' }));
  isOpen = true;
  const other = await openGateway({ natsUrl: gateway.server.url, folder: gateway.folder }, quick);
  try {
    const batch = await ended(id, other.client);
    expect(batch).toMatchObject({ request_counts: { total: 12, completed: 12, failed: 0 } });
    const answers = await linesOf(batch.output_file_id, other.client);
    expect(answers.map(({ custom_id }) => custom_id)).toEqual(lines.map((_, at) => String(at)));
    for (const early of ['0', '1', '2', '3', '4'])
      expect(asked.filter((each) => each === early)).toHaveLength(1);
    const { data: stored } = await other.client.chat.completions.list();
    expect(answers[0]?.response?.body).toMatchObject({ id: stored[0]?.id });
    expect(stored).toHaveLength(1);
    expect(
      (await other.client.files.list({ purpose: 'batch_output' })).data.filter(({ filename }) =>
        filename.startsWith(id),
      ),
    ).toHaveLength(1);
  } finally {
    await other.stop();
  }
});

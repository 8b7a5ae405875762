/** Batches of every endpoint on the whole platform: each line is answered as the endpoint answers it. */
import { batchAnswerSchema } from '@lathe/contracts/http/batch';
import { type OpenAI, toFile } from 'openai';
import { beforeAll, expect, it } from 'vitest';
import { joinPlatform, type SharedPlatform } from './shared-platform.fixture.ts';

let platform: SharedPlatform;
let client: OpenAI;
beforeAll(async () => {
  platform = await joinPlatform();
  client = platform.client;
});

type Endpoint = OpenAI.BatchCreateParams['endpoint'];

/** The answers to the bodies, in their order. */
async function batchOf(endpoint: Endpoint, bodies: readonly object[]): Promise<unknown[]> {
  const lines = bodies.map((body, at) =>
    JSON.stringify({ custom_id: String(at), method: 'POST', url: endpoint, body }),
  );
  const file = await toFile(Buffer.from(lines.join('\n')), 'requests.jsonl');
  const { id: input_file_id } = await client.files.create({ file, purpose: 'batch' });
  const body = { input_file_id, endpoint, completion_window: '24h' } as const;
  const { id } = await client.batches.create(body);
  const retrieve = () => client.batches.retrieve(id);
  const waits = { interval: 100 };
  await expect.poll(retrieve, waits).toMatchObject({ status: 'completed' });
  const { output_file_id } = await retrieve();
  const text = await (await client.files.content(output_file_id ?? '')).text();
  return text
    .trimEnd()
    .split('\n')
    .map((line) => batchAnswerSchema.parse(JSON.parse(line)).response?.body);
}

const model = 'lathe-tiny';

it('answers chats as the endpoint does', async () => {
  const bodies = ['Hello', 'Where is it?'].map((content) => ({
    ...{ model, temperature: 0, max_tokens: 6, messages: [{ role: 'user' as const, content }] },
  }));
  const ask = () => Promise.all(bodies.map((body) => client.chat.completions.create(body)));
  // What is kept of a prompt counts in the usage of those that are asked after it.
  await ask();
  const answers = (await batchOf('/v1/chat/completions', bodies)) as OpenAI.ChatCompletion[];
  const direct = await ask();
  expect(answers.map(({ choices }) => choices)).toEqual(direct.map(({ choices }) => choices));
  expect(answers.map(({ usage }) => usage)).toEqual(direct.map(({ usage }) => usage));
});

it('goes on from prompts as the endpoint does', async () => {
  const bodies = [
    { model, prompt: ['One and', 'two'], temperature: 0, max_tokens: 4, logprobs: 1 },
  ];
  const [answer] = (await batchOf('/v1/completions', bodies)) as OpenAI.Completion[];
  const direct = await client.completions.create(
    bodies[0] as OpenAI.CompletionCreateParamsNonStreaming,
  );
  expect(answer?.choices).toEqual(direct.choices);
});

it('makes vectors as the endpoint does', async () => {
  const bodies = [
    { model, input: ['Hello', 'Where is it?'] },
    { model, input: 'Hello', encoding_format: 'base64' as const },
  ];
  const [list, packed] = (await batchOf(
    '/v1/embeddings',
    bodies,
  )) as OpenAI.CreateEmbeddingResponse[];
  const direct = await client.embeddings.create({
    ...bodies[0],
    encoding_format: 'float',
  } as OpenAI.EmbeddingCreateParams);
  expect(list?.data).toEqual(direct.data);
  expect(packed?.data[0]?.embedding).toBeTypeOf('string');
});

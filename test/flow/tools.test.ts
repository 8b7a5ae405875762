/** Calls of tools from the file to the answer, through the unmodified `openai` client, on the whole platform. */
import { spawnSync } from 'node:child_process';
import { cp, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { patienceMs } from '@lathe/testkit/patience';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { type OpenAI, toFile } from 'openai';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { joinPlatform, type SharedPlatform } from './shared-platform.fixture.ts';

let folder: Awaited<ReturnType<typeof tempFolder>>;
let platform: SharedPlatform;
let client: OpenAI;

/** The built-in model, with the template of examples/tools for conversations with tools, as docs/jobs.md says. */
beforeAll(async () => {
  folder = await tempFolder();
  platform = await joinPlatform();
  client = platform.client.withOptions({ maxRetries: 0 });
  const model = join(folder.path, 'caller');
  await cp('models/lathe-tiny', model, { recursive: true });
  expect(run('add-template', model)).toContain('takes tools');
  await rename(model, join(platform.models, 'caller'));
  await vi.waitFor(() => client.models.retrieve('caller'), { timeout: patienceMs });
});
afterAll(() => folder[Symbol.asyncDispose]());

const order: OpenAI.ChatCompletionFunctionTool = {
  type: 'function',
  function: {
    name: 'find_order',
    parameters: {
      type: 'object',
      properties: { number: { type: 'integer', minimum: 1, maximum: 9 } },
      required: ['number'],
    },
  },
};
const question = (number: number, word: string) => `Where is ${word} ${number}?`;
/** As glaive's conversations: an order is looked up, and then the answer is what was found. */
const conversations = Array.from({ length: 30 }, (_, index) => {
  const number = (index % 9) + 1;
  const word = ['order', 'parcel', 'box', 'letter'][index % 4] as string;
  const called = { name: 'find_order', arguments: { number } };
  return {
    tools: JSON.stringify([order.function]),
    conversations: [
      { from: 'human', value: question(number, word) },
      { from: 'function_call', value: JSON.stringify(called) },
      ...(index % 2 === 0
        ? []
        : [
            { from: 'observation', value: 'sent' },
            { from: 'gpt', value: 'It is sent.' },
          ]),
    ],
  };
});

/** Runs a script of examples/tools. */
function run(script: string, ...options: string[]): string {
  const key = script === 'bfcl' ? { LATHE_API_KEY: platform.apiKey } : {};
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [`examples/tools/${script}.ts`, ...options],
    { encoding: 'utf8', env: { ...process.env, ...key } },
  );
  expect(stderr).toBe('');
  return stdout;
}

async function tuned(base: string): Promise<OpenAI.FineTuning.FineTuningJob> {
  const upload = async (name: string) => {
    const lines = await readFile(join(folder.path, 'rows', name));
    const file = await toFile(lines, name);
    return (await client.files.create({ file, purpose: 'fine-tune' })).id;
  };
  const hyperparameters = { n_epochs: 8, batch_size: 4, learning_rate_multiplier: 4 };
  const { id } = await client.fineTuning.jobs.create({
    model: base,
    training_file: await upload('train.jsonl'),
    validation_file: await upload('test.jsonl'),
    seed: 1,
    method: { type: 'supervised', supervised: { hyperparameters } },
    lathe: { few_shot_examples: 1, forgetting_questions: 0 },
  } as OpenAI.FineTuning.JobCreateParams);
  for (;;) {
    const job = await client.fineTuning.jobs.retrieve(id);
    if (['succeeded', 'failed', 'cancelled'].includes(job.status)) return job;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('a model that is taught to call', () => {
  let model: string;

  it('learns it from rows that the example makes', async () => {
    const source = join(folder.path, 'glaive.json');
    await writeFile(source, JSON.stringify(conversations));
    const out = join(folder.path, 'rows');
    expect(run('prepare', '--source', source, '--out', out)).toContain('24 conversations');
    const job = await tuned('caller');
    expect(job).toMatchObject({ status: 'succeeded', error: null });
    model = job.fine_tuned_model as string;
    const report = (await client.get(`/lathe/jobs/${job.id}/report`)) as {
      contestants: { name: string; toolCalls: { total: number; failures: object } }[];
    };
    for (const name of ['base', 'few-shot', 'tuned']) {
      const contestant = report.contestants.find((each) => each.name === name);
      expect(contestant?.toolCalls.total).toBeGreaterThan(0);
    }
  });

  it('calls when it may, plain and streamed alike, and goes on from what the call returned', async () => {
    const messages: OpenAI.ChatCompletionMessageParam[] = [
      { role: 'user', content: question(3, 'parcel') },
    ];
    const body = { model, messages, tools: [order], temperature: 0 };
    const plain = await client.chat.completions.create(body);
    const [choice] = plain.choices;
    expect(choice?.finish_reason).toBe('tool_calls');
    expect(choice?.message.content).toBeNull();
    const [call] = choice?.message.tool_calls ?? [];
    if (call?.type !== 'function') throw new Error('no call was made');
    expect(call.function.name).toBe('find_order');
    const { number } = JSON.parse(call.function.arguments) as { number: number };
    expect(number).toBeOneOf([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const streamed = await client.chat.completions
      .stream({ ...body, stream: true })
      .finalChatCompletion();
    expect(streamed.choices[0]?.message.tool_calls).toMatchObject([{ function: call.function }]);
    const after = await client.chat.completions.create({
      ...body,
      messages: [
        ...messages,
        choice?.message as OpenAI.ChatCompletionMessage,
        { role: 'tool', tool_call_id: call.id, content: 'sent' },
      ],
    });
    expect(after.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: 'It is sent.' },
    });
  });

  it('calls what it must, with arguments of a schema that it never saw', async () => {
    const other: OpenAI.ChatCompletionFunctionTool = {
      type: 'function',
      function: {
        name: 'book',
        strict: true,
        parameters: {
          type: 'object',
          properties: { seat: { enum: ['aisle', 'window'] }, extra: { type: 'boolean' } },
          required: ['seat', 'extra'],
          additionalProperties: false,
        },
      },
    };
    const { choices } = await client.chat.completions.create({
      model,
      messages: [{ role: 'user', content: 'hello' }],
      tools: [order, other],
      tool_choice: { type: 'function', function: { name: 'book' } },
      temperature: 1.5,
      seed: 2,
      n: 2,
    });
    for (const { message } of choices) {
      const [call] = message.tool_calls ?? [];
      if (call?.type !== 'function') throw new Error('no call was made');
      expect(call.function.name).toBe('book');
      const told = JSON.parse(call.function.arguments) as object;
      expect(told).toEqual({
        seat: expect.stringMatching(/^(aisle|window)$/),
        extra: expect.any(Boolean),
      });
    }
  });

  it("is asked BFCL's questions by the example", async () => {
    const source = join(folder.path, 'bfcl');
    await mkdir(join(source, 'possible_answer'), { recursive: true });
    const { parameters, ...described } = order.function;
    const file = 'BFCL_v4_simple_python.json';
    const asked = {
      id: 'simple_0',
      question: [[{ role: 'user', content: question(3, 'parcel') }]],
      function: [{ ...described, parameters: { ...parameters, type: 'dict' } }],
    };
    const numbers = Array.from({ length: 9 }, (_, index) => index + 1);
    const truth = { id: 'simple_0', ground_truth: [{ find_order: { number: numbers } }] };
    await writeFile(join(source, file), JSON.stringify(asked));
    await writeFile(join(source, 'possible_answer', file), JSON.stringify(truth));
    const options = ['--source', source, '--model', model, '--url', platform.url];
    expect(run('bfcl', ...options, '--category', 'simple_python')).toMatch(
      /^simple_python: 100\.0 % \(1 of 1, /,
    );
  });
});

it('is refused by line, and by name, where the template has no tools', async () => {
  const job = await tuned('lathe-tiny');
  expect(job.error?.message).toContain(
    'Line 1: tools cannot be trained on this model: its chat template has no place for tools.',
  );
  const asked = client.chat.completions.create({
    model: 'lathe-tiny',
    messages: [{ role: 'user', content: 'q' }],
    tools: [order],
  });
  await expect(asked).rejects.toMatchObject({
    status: 400,
    code: 'invalid_value',
    param: 'tools',
    message: expect.stringContaining("The model 'lathe-tiny' cannot be asked with tools"),
  });
});

/** The life of a job through the unmodified `openai` client, on the whole platform with the built-in model. */
import { createReadStream } from 'node:fs';
import OpenAI, { toFile } from 'openai';
import { beforeAll, describe, expect, it } from 'vitest';
import { supportLines } from './platform.fixture.ts';
import { joinPlatform, type SharedPlatform } from './shared-platform.fixture.ts';

type Job = OpenAI.FineTuning.FineTuningJob;

const example = 'examples/support-routing.jsonl';
const question = [
  {
    role: 'system' as const,
    content:
      'Which queue of our web shop should answer this message? Reply with the name of the queue.',
  },
  { role: 'user' as const, content: 'The tracking number of my parcel does not work.' },
];
const short = {
  type: 'supervised' as const,
  supervised: { hyperparameters: { n_epochs: 3, batch_size: 8, learning_rate_multiplier: 1 } },
};

let platform: SharedPlatform;
let client: OpenAI;

beforeAll(async () => {
  platform = await joinPlatform();
  client = platform.client;
});

async function untilOver(id: string, seen: Set<string> = new Set()): Promise<Job> {
  for (;;) {
    const job = await client.fineTuning.jobs.retrieve(id);
    seen.add(job.status);
    if (['succeeded', 'failed', 'cancelled'].includes(job.status)) return job;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function untilRunning(id: string): Promise<void> {
  await expect.poll(async () => (await client.fineTuning.jobs.retrieve(id)).status).toBe('running');
}

async function upload(text?: string): Promise<string> {
  const file =
    text === undefined ? createReadStream(example) : await toFile(Buffer.from(text), 'rows.jsonl');
  return (await client.files.create({ file, purpose: 'fine-tune' })).id;
}

function refusal(work: Promise<unknown>) {
  return work.then(
    () => undefined,
    (error: unknown) => error as InstanceType<typeof OpenAI.APIError>,
  );
}

describe('a job from upload to deletion', () => {
  let job: Job;
  let file: string;
  /** As the events tell it. */
  let lastStep = 0;
  const states = new Set<string>();

  it('lists the built-in model, uploads, creates and succeeds through every state', async () => {
    const models = [];
    for await (const model of client.models.list()) models.push(model.id);
    expect(models).toContain('lathe-tiny');
    file = await upload((await supportLines(160)).join('\n'));
    const created = await client.fineTuning.jobs.create({
      model: 'lathe-tiny',
      training_file: file,
      suffix: 'flow',
      seed: 3,
      method: short,
      metadata: { team: 'support' },
    });
    states.add(created.status);
    job = await untilOver(created.id, states);
    expect(job).toMatchObject({
      status: 'succeeded',
      seed: 3,
      metadata: { team: 'support' },
      error: null,
      method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 3 } } },
    });
    expect(job.fine_tuned_model).toContain(`ft:lathe-tiny:${platform.project}:flow:`);
    expect(job.trained_tokens).toBeGreaterThan(1000);
    expect([...states]).toEqual(
      expect.arrayContaining(['validating_files', 'running', 'succeeded']),
    );
    const mine = [];
    for await (const found of client.fineTuning.jobs.list({ limit: 1 })) mine.push(found.id);
    expect(mine).toContain(job.id);
  });

  it('pages through events and checkpoints', async () => {
    const events = [];
    for await (const event of client.fineTuning.jobs.listEvents(job.id, { limit: 7 }))
      events.push(event);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    expect(events.at(-1)?.message).toContain('Created');
    expect(events[0]?.message).toContain('completed');
    expect(events.some(({ type }) => type === 'metrics')).toBe(true);
    for (const { data } of events)
      lastStep = Math.max(lastStep, Number((data as { step?: number } | null)?.step ?? 0));
    const checkpoints = [];
    for await (const one of client.fineTuning.jobs.checkpoints.list(job.id, { limit: 1 }))
      checkpoints.push(one);
    expect(checkpoints).toHaveLength(3);
    expect(checkpoints[0]?.metrics.train_loss).toBeLessThan(3);
  });

  it('downloads the result file', async () => {
    const content = await client.files.content(job.result_files[0] as string);
    const [head, ...rows] = (await content.text()).trim().split('\n');
    expect(head).toBe('step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy');
    expect(rows).toHaveLength(lastStep);
    expect(rows.length).toBeGreaterThan(40);
  });

  it('answers as the tuned model, plain and streamed alike, and as a checkpoint and the base', async () => {
    const model = job.fine_tuned_model as string;
    const plain = await client.chat.completions.create({
      model,
      messages: question,
      temperature: 0,
    });
    const answer = plain.choices[0]?.message.content;
    expect(['billing', 'delivery', 'returns', 'account', 'technical']).toContain(answer);
    expect(plain.usage?.total_tokens).toBeGreaterThan(10);
    const stream = await client.chat.completions.create({
      model,
      messages: question,
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
    });
    let streamed = '';
    let usage: number | undefined;
    for await (const chunk of stream) {
      streamed += chunk.choices[0]?.delta.content ?? '';
      usage = chunk.usage?.total_tokens ?? usage;
    }
    expect(streamed).toBe(answer);
    expect(usage).toBe(plain.usage?.total_tokens);
    const [checkpoint] = (await client.fineTuning.jobs.checkpoints.list(job.id)).data;
    for (const other of [checkpoint?.fine_tuned_model_checkpoint as string, 'lathe-tiny']) {
      const said = await client.chat.completions.create({
        model: other,
        messages: question,
        max_tokens: 4,
      });
      expect(said.model).toBe(other);
    }
  });

  it('gives out the adapter as a folder of files', async () => {
    const folder = (await client.get(`/lathe/jobs/${job.id}/model`)) as {
      kind: string;
      files: { name: string; bytes: number }[];
    };
    expect(folder.kind).toBe('adapter');
    for (const { name, bytes } of folder.files) {
      const response = await client
        .get(`/lathe/jobs/${job.id}/model/${name}`, { headers: { accept: '*/*' } })
        .asResponse();
      expect((await response.arrayBuffer()).byteLength).toBe(bytes);
    }
    expect(folder.files.map(({ name }) => name)).toContain('adapter_model.safetensors');
    const other = client.get(`/lathe/jobs/${job.id}/model/..%2F..%2Fapi-key`);
    expect((await refusal(other))?.status).toBe(404);
  });

  it('cancels a running job', async () => {
    const other = await client.fineTuning.jobs.create({
      model: 'lathe-tiny',
      training_file: file,
      method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 50 } } },
    });
    await untilRunning(other.id);
    expect((await client.fineTuning.jobs.cancel(other.id)).status).toBe('cancelled');
    expect((await refusal(client.fineTuning.jobs.cancel(other.id)))?.status).toBe(409);
  });

  it('resumes and finishes a job whose worker is killed', async () => {
    const other = await client.fineTuning.jobs.create({
      model: 'lathe-tiny',
      training_file: file,
      method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 4 } } },
      ...{ lathe: { evaluation_rows: 2, few_shot_examples: 0, forgetting_questions: 0 } },
    });
    await untilRunning(other.id);
    await expect
      .poll(async () => (await client.fineTuning.jobs.checkpoints.list(other.id)).data.length)
      .toBeGreaterThan(1);
    process.kill((await platform.pids()).worker ?? 0, 'SIGKILL');
    expect((await untilOver(other.id)).status).toBe('succeeded');
    const messages = [];
    for await (const event of client.fineTuning.jobs.listEvents(other.id, { limit: 100 }))
      messages.push(event.message);
    expect(messages.join('\n')).toMatch(/resumed from the checkpoint of step \d+/);
  });

  it('deletes the model and the file', async () => {
    const model = job.fine_tuned_model as string;
    expect((await client.models.delete(model)).deleted).toBe(true);
    const gone = await refusal(client.chat.completions.create({ model, messages: question }));
    expect(gone?.status).toBe(404);
    expect((await client.files.delete(file)).deleted).toBe(true);
    expect((await refusal(client.files.retrieve(file)))?.status).toBe(404);
  });
});

describe('what is refused', () => {
  it('answers 401 to a bad key', async () => {
    const stranger = new OpenAI({ baseURL: `${platform.url}/v1`, apiKey: 'sk-wrong' });
    expect((await refusal(stranger.models.list()))?.status).toBe(401);
  });

  it('answers 404 to unknown ids', async () => {
    const tries = [
      client.files.retrieve('file-unknown000000000000'),
      client.files.content('file-unknown000000000000'),
      client.files.delete('file-unknown000000000000'),
      client.fineTuning.jobs.retrieve('ftjob-unknown00000000000'),
      client.fineTuning.jobs.cancel('ftjob-unknown00000000000'),
      client.fineTuning.jobs.listEvents('ftjob-unknown00000000000'),
      client.fineTuning.jobs.checkpoints.list('ftjob-unknown00000000000'),
      client.models.retrieve('ft:nobody:default::0'),
      client.models.delete('ft:nobody:default::0'),
      client.chat.completions.create({ model: 'nobody', messages: question }),
    ];
    // All at once: a rejection that nobody waits for yet would count as unhandled.
    const answers = await Promise.all(tries.map(refusal));
    expect(answers.map((error) => error?.status)).toEqual(tries.map(() => 404));
  });

  it('answers 400 with the cause to an unknown model and a bad parameter', async () => {
    const file = await upload();
    const create = (more: object) =>
      refusal(client.fineTuning.jobs.create({ model: 'lathe-tiny', training_file: file, ...more }));
    const unknown = await create({ model: 'gpt-unknown' });
    expect(unknown?.status).toBe(400);
    expect(unknown?.message).toContain('gpt-unknown');
    expect(unknown?.message).toContain('lathe-tiny');
    const bad = await create({
      method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 0 } } },
    });
    expect(bad?.status).toBe(400);
    expect(`${bad?.message} ${bad?.param}`).toContain('n_epochs');
    expect((await create({ lerning_rate: 1 }))?.message).toContain('lerning_rate');
  });

  it('fails the job of a broken file and names the line', async () => {
    const row = JSON.stringify({ messages: [...question, { role: 'assistant', content: 'x' }] });
    const rows = Array.from({ length: 12 }, () => row);
    rows[6] = '{"messages": [{"role": "user"}]}';
    const training = await upload(`${rows.join('\n')}\n`);
    const made = await client.fineTuning.jobs.create({
      model: 'lathe-tiny',
      training_file: training,
    });
    const failed = await untilOver(made.id);
    expect(failed.status).toBe('failed');
    expect(failed.error).toMatchObject({ code: 'invalid_file_format', param: 'training_file' });
    expect(failed.error?.message).toContain('Line 7');
  });
});

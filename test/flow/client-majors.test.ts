/**
 * Old code stays installed: the same walk through evals, graders, batches, stored completions and a fine-tune by each major of
 * the `openai` client that is here. Major 7 always is; docs/evals.md says how 4 to 6 are put beside it.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import OpenAI, { toFile } from 'openai';
import { beforeAll, expect, it } from 'vitest';
import { joinPlatform, type SharedPlatform } from './shared-platform.fixture.ts';

const folderOf = (major: number) =>
  join(import.meta.dirname, `../../.tools/clients/node_modules/openai-${major}`);
const majors = [...[4, 5, 6].filter((major) => existsSync(folderOf(major))), 7];

type Client = typeof import('openai');

async function load(
  major: number,
): Promise<{ readonly Client: typeof OpenAI; readonly toFile: typeof toFile }> {
  if (major === 7) return { Client: OpenAI, toFile };
  const require = createRequire(import.meta.url);
  const loaded = (await import(pathToFileURL(require.resolve(folderOf(major))).href)) as Client;
  return { Client: loaded.default, toFile: loaded.toFile };
}

type Run = OpenAI.Evals.RunRetrieveResponse;
type Item = OpenAI.Evals.Runs.OutputItemListResponse;
type Ids = readonly [evalId: string, runId: string];

/** What majors call differently. */
function callsOf(client: OpenAI, major: number) {
  const { evals } = client;
  const completions = client.chat.completions;
  if (major > 4)
    return {
      run: ([eval_id, id]: Ids): Promise<Run> => evals.runs.retrieve(id, { eval_id }),
      cancel: ([eval_id, id]: Ids): Promise<Run> => evals.runs.cancel(id, { eval_id }),
      failing: ([eval_id, id]: Ids): AsyncIterable<Item> =>
        evals.runs.outputItems.list(id, { eval_id, status: 'fail', limit: 2 }),
      removeRun: ([eval_id, id]: Ids) => evals.runs.delete(id, { eval_id }),
      remove: (id: string) => evals.delete(id),
      removeStored: (id: string) => completions.delete(id),
    };
  // Major 4 has both ids in their order, and deletes by `del`.
  type Old = Record<string, (...asked: unknown[]) => unknown>;
  const runs = evals.runs as unknown as Old & { readonly outputItems: Old };
  return {
    run: (ids: Ids) => runs.retrieve?.(...ids) as Promise<Run>,
    cancel: (ids: Ids) => runs.cancel?.(...ids) as Promise<Run>,
    failing: (ids: Ids) =>
      runs.outputItems.list?.(...ids, { status: 'fail', limit: 2 }) as AsyncIterable<Item>,
    removeRun: (ids: Ids) => runs.del?.(...ids) as Promise<object>,
    remove: (id: string) => (evals as unknown as Old).del?.(id) as Promise<object>,
    removeStored: (id: string) => (completions as unknown as Old).del?.(id) as Promise<object>,
  };
}

let platform: SharedPlatform;
beforeAll(async () => {
  platform = await joinPlatform();
});

const waits = { interval: 100 };
/** Passes for every other row, whatever is answered. */
const even: OpenAI.Graders.StringCheckGrader = {
  type: 'string_check',
  name: 'even',
  operation: 'eq',
  input: '{{ item.parity }}',
  reference: 'even',
};
const rows = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    item: { text: `Where is parcel ${n}?`, parity: n % 2 === 0 ? 'even' : 'odd' },
  }));
const asking = (model: string, { count, tokens }: { count: number; tokens: number }) =>
  ({
    ...{ type: 'completions', model, source: { type: 'file_content', content: rows(count) } },
    input_messages: { type: 'template', template: [{ role: 'user', content: '{{ item.text }}' }] },
    sampling_params: { temperature: 0, max_completion_tokens: tokens },
  }) as OpenAI.Evals.CreateEvalCompletionsRunDataSource;

async function open(major: number) {
  const loaded = await load(major);
  const client = new loaded.Client({
    ...{ baseURL: `${platform.url}/v1`, apiKey: platform.apiKey },
  });
  return { client, toFile: loaded.toFile, calls: callsOf(client, major) };
}

it.each(majors)(
  'major %i runs an eval on two models, pages, cancels and deletes',
  async (major) => {
    const { client, calls } = await open(major);
    const made = await client.evals.create({
      name: `major ${major}`,
      data_source_config: { type: 'custom', item_schema: { type: 'object' } },
      testing_criteria: [even],
    });
    for (const model of ['lathe-tiny', 'noise']) {
      const data_source = asking(model, { count: 7, tokens: 4 });
      const { id } = await client.evals.runs.create(made.id, { data_source });
      const ids = [made.id, id] as const;
      await expect.poll(() => calls.run(ids), waits).toMatchObject({ status: 'completed', model });
      expect((await calls.run(ids)).result_counts).toMatchObject({
        total: 7,
        passed: 4,
        failed: 3,
      });
      const failing: unknown[] = [];
      for await (const item of calls.failing(ids)) failing.push(item.datasource_item.parity);
      expect(failing).toEqual(['odd', 'odd', 'odd']);
      expect(await calls.removeRun(ids)).toMatchObject({ deleted: true, run_id: id });
    }
    const long = asking('noise', { count: 200, tokens: 200 });
    const { id } = await client.evals.runs.create(made.id, { data_source: long });
    expect(await calls.cancel([made.id, id])).toMatchObject({ id, status: 'canceled' });
    expect(await calls.remove(made.id)).toMatchObject({ deleted: true, eval_id: made.id });
    await expect(client.evals.retrieve(made.id)).rejects.toMatchObject({ status: 404 });
  },
);

it.each(majors)('major %i validates and runs a grader', async (major) => {
  const { client } = await open(major);
  const { graders } = client.fineTuning.alpha;
  expect((await graders.validate({ grader: even })).grader).toMatchObject(even);
  const asked = { grader: even, model_sample: 'x', item: { parity: 'even' } };
  // Majors 4 and 5 type what later ones call `item`.
  const run = await graders.run(asked as OpenAI.FineTuning.Alpha.GraderRunParams);
  expect(run.reward).toBe(1);
});

it.each(majors)('major %i uploads a file in parts', async (major) => {
  const { client, toFile: asFile } = await open(major);
  const { uploads } = client;
  const asked = { filename: 'rows.jsonl', mime_type: 'text/jsonl', purpose: 'evals' } as const;
  const { id } = await uploads.create({ ...asked, bytes: 19 });
  const part = async (text: string) =>
    (await uploads.parts.create(id, { data: await asFile(Buffer.from(text), 'part') })).id;
  const [end, start] = [await part('"x"}}\n'), await part('{"item":{"a"')];
  await expect(uploads.complete(id, { part_ids: [end] })).rejects.toMatchObject({ status: 400 });
  await expect(uploads.complete(id, { part_ids: [start, end] })).rejects.toMatchObject({
    ...{ status: 400, param: 'part_ids' },
  });
  const colon = await part(':');
  const { status, file } = await uploads.complete(id, { part_ids: [start, colon, end] });
  expect(status).toBe('completed');
  const text = await (await client.files.content(file?.id ?? '')).text();
  expect(text).toBe('{"item":{"a":"x"}}\n');
  await expect(uploads.cancel(id)).rejects.toMatchObject({ status: 409 });
});

it.each(majors)('major %i has a batch answered', async (major) => {
  const { client, toFile: asFile } = await open(major);
  const url = '/v1/chat/completions' as const;
  const messages = [{ role: 'user', content: 'Hello' }];
  const body = { model: 'lathe-tiny', messages, max_tokens: 3 };
  const lines = [0, 1].map((at) =>
    JSON.stringify({ custom_id: `line-${at}`, method: 'POST', url, body }),
  );
  const file = await asFile(Buffer.from(lines.join('\n')), 'requests.jsonl');
  const { id: input_file_id } = await client.files.create({ file, purpose: 'batch' });
  const { id } = await client.batches.create({
    ...{ input_file_id, endpoint: url, completion_window: '24h' },
  });
  const retrieve = () => client.batches.retrieve(id);
  await expect.poll(retrieve, waits).toMatchObject({
    ...{ status: 'completed', request_counts: { total: 2, completed: 2, failed: 0 } },
  });
  const { output_file_id } = await retrieve();
  const text = await (await client.files.content(output_file_id ?? '')).text();
  const ids = text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { custom_id: string }).custom_id);
  expect(ids.toSorted()).toEqual(['line-0', 'line-1']);
});

it.each(majors)('major %i stores completions and tunes a model on them', async (major) => {
  const { client, calls } = await open(major);
  const metadata = { major: String(major) };
  const asked = { model: 'lathe-tiny', max_tokens: 4, store: true, metadata };
  for (let at = 0; at < 4; at++) {
    const messages = [{ role: 'user' as const, content: `Where is parcel ${at}?` }];
    await client.chat.completions.create({ ...asked, messages });
  }
  const stored: string[] = [];
  for await (const { id } of client.chat.completions.list({ metadata, limit: 3 })) stored.push(id);
  expect(stored).toHaveLength(4);
  const [first = ''] = stored;
  const said = await client.chat.completions.messages.list(first);
  expect(said.data[0]).toMatchObject({ role: 'user' });
  const changed = { ...metadata, seen: 'yes' };
  expect(await client.chat.completions.update(first, { metadata: changed })).toMatchObject({
    ...{ id: first, metadata: changed },
  });
  const file = (await client.post('/lathe/completions/dataset', { body: { metadata } })) as {
    readonly id: string;
  };
  const job = await client.fineTuning.jobs.create({
    ...{ model: 'lathe-tiny', training_file: file.id },
    hyperparameters: { n_epochs: 1, batch_size: 4 },
  });
  await expect
    .poll(() => client.fineTuning.jobs.retrieve(job.id), waits)
    .toMatchObject({ status: 'succeeded' });
  for (const id of stored)
    expect(await calls.removeStored(id)).toMatchObject({ id, deleted: true });
});

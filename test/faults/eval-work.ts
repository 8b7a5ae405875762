import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Work } from './campaign.ts';
import type { Client } from './client.ts';
import {
  batches,
  batchFile,
  type Endpoint,
  evalBody,
  rowFile,
  runs,
  storedLines,
} from './eval-specs.ts';
import { eventually } from './lathe-process.ts';
import type { Findings } from './ledger.ts';
import { seeded } from './random.ts';

type Spec = keyof typeof runs | Endpoint;
const specs = [...Object.keys(runs), ...Object.keys(batches)] as Spec[];

/** What was acknowledged: a run or a batch, by the name that its client gave it. */
type Submission = {
  readonly name: string;
  readonly spec: Spec;
  readonly id: string;
  /** Where it is read. */
  readonly path: string;
  /** Where those of its kind are listed. */
  readonly list: string;
  /** The file that it names, and its bytes. */
  readonly file: { readonly id: string; readonly bytes: string };
};

const idSchema = z.object({ id: z.string() });
const pageSchema = z.object({
  data: z.array(
    z.looseObject({ id: z.string(), metadata: z.record(z.string(), z.string()).nullish() }),
  ),
  has_more: z.boolean(),
});
type Listed = z.infer<typeof pageSchema>['data'][number];
const runSchema = z.looseObject({
  status: z.string(),
  error: z.unknown().optional(),
  result_counts: z.unknown().optional(),
  per_testing_criteria_results: z.unknown().optional(),
  per_model_usage: z.unknown().optional(),
});
const batchSchema = z.looseObject({
  status: z.string(),
  errors: z.unknown().optional(),
  request_counts: z.unknown().optional(),
  usage: z.unknown().optional(),
  output_file_id: z.string().nullish(),
});
const statusSchema = z.looseObject({ status: z.string() });
const answeredSchema = z.object({
  custom_id: z.string(),
  response: z.object({ status_code: z.number(), body: z.looseObject({}) }).nullable(),
});

const isBatch = (spec: Spec): spec is Endpoint => spec in batches;
const overStates = ['completed', 'failed', 'canceled', 'cancelled', 'expired'];

async function all(client: Client, path: string): Promise<Listed[]> {
  const found: Listed[] = [];
  for (let after = ''; ; after = `&after=${found.at(-1)?.id}`) {
    const join = path.includes('?') ? '&' : '?';
    const page = await client.get(pageSchema, `${path}${join}limit=100${after}`);
    found.push(...page.data);
    if (!page.has_more) return found;
  }
}

/** Begins a run of an eval, or a batch, of a new file. */
async function begin(client: Client, spec: Spec, name: string): Promise<Submission> {
  const metadata = { submission: name };
  if (isBatch(spec)) {
    const bytes = batchFile(spec, name);
    const file = { id: await client.upload(bytes, 'batch'), bytes };
    const body = { input_file_id: file.id, endpoint: spec, completion_window: '24h', metadata };
    const { id } = await client.post(idSchema, '/batches', { body, key: name });
    return { name, spec, id, path: `/batches/${id}`, list: '/batches', file };
  }
  const file = { id: await client.upload(rowFile, 'evals'), bytes: rowFile };
  const made = await client.post(idSchema, '/evals', { body: evalBody, key: `eval-${name}` });
  const list = `/evals/${made.id}/runs`;
  const body = { name, metadata, data_source: runs[spec](file.id) };
  const { id } = await client.post(idSchema, list, { body, key: name });
  return { name, spec, id, path: `${list}/${id}`, list, file };
}

async function isOver(client: Client, { path }: Submission): Promise<boolean> {
  return overStates.includes((await client.get(statusSchema, path)).status);
}

/** Everything that follows from what was asked, without ids and times. */
async function outcomeOf(client: Client, { spec, path }: Submission): Promise<unknown> {
  if (isBatch(spec)) {
    const batch = await client.get(batchSchema, path);
    const text = batch.output_file_id == null ? '' : await client.content(batch.output_file_id);
    const answers = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => answeredSchema.parse(JSON.parse(line)))
      .map(({ custom_id, response }) => {
        const { id: _, created: __, ...body } = response?.body ?? {};
        return { custom_id, status: response?.status_code, body };
      });
    const { status, errors, request_counts, usage } = batch;
    return lasting({ status, errors, request_counts, usage, answers });
  }
  const run = await client.get(runSchema, path);
  const items = (await all(client, `${path}/output_items`)).map(
    ({ id: _, created_at: __, run_id: ___, eval_id: ____, ...item }) => item,
  );
  const { status, error, result_counts, per_testing_criteria_results, per_model_usage } = run;
  return lasting({
    status,
    error,
    result_counts,
    per_testing_criteria_results,
    per_model_usage,
    items,
  });
}

/** Without how much of each prompt was known, which goes by what was asked before it. */
function lasting(outcome: Readonly<Record<string, unknown>>): unknown {
  return JSON.parse(JSON.stringify(outcome), (name, value) =>
    name === 'cached_tokens' ? undefined : value,
  );
}

/** What undisturbed runs and batches come to. Throws for one that does not complete. */
export async function referenceAnswers(client: Client): Promise<ReadonlyMap<Spec, unknown>> {
  const found = new Map<Spec, unknown>();
  for (const spec of specs) {
    const submission = await begin(client, spec, `reference-${spec}`);
    await eventually(`the end of ${spec}`, async () =>
      (await isOver(client, submission)) ? true : undefined,
    );
    const { status } = await client.get(statusSchema, submission.path);
    if (status !== 'completed') throw new Error(`the undisturbed ${spec} is ${status}`);
    found.set(spec, await outcomeOf(client, submission));
  }
  return found;
}

/** Runs of evals that ask two models and are judged by one, and batches of every endpoint. */
export function createEvalWork(
  client: Client,
  references: ReadonlyMap<Spec, unknown>,
  seed: number,
): Work {
  const ledger: Submission[] = [];
  const untilOver = async (submission: Submission, signal: AbortSignal): Promise<void> => {
    while (!signal.aborted && !(await isOver(client, submission)))
      await new Promise((resolve) => setTimeout(resolve, 100));
  };
  return {
    async submit({ name, signal }) {
      const random = seeded(seed + Number(name.slice(1)) + 1);
      for (let count = 0; !signal.aborted; count++) {
        const submission = await begin(client, random.pick(specs), `${seed}-${name}-${count}`);
        ledger.push(submission);
        await untilOver(submission, signal);
      }
    },
    async settle(signal) {
      for (const submission of ledger) await untilOver(submission, signal);
    },
    audit: () => auditAnswers(client, ledger, references),
    acknowledged: () => {
      const batchCount = ledger.filter(({ spec }) => isBatch(spec)).length;
      return { runs: ledger.length - batchCount, batches: batchCount, files: ledger.length };
    },
  };
}

/** Holds each run and batch against the platform: it is there once, is over, and came to what the undisturbed one did. */
async function auditAnswers(
  client: Client,
  ledger: readonly Submission[],
  references: ReadonlyMap<Spec, unknown>,
): Promise<Findings> {
  const lost: string[] = [];
  const doubled: string[] = [];
  const different: string[] = [];
  const stuck: string[] = [];
  const outputs = await all(client, '/files?purpose=batch_output');
  for (const submission of ledger) {
    const { name, spec, id, list, file } = submission;
    if ((await client.content(file.id)) !== file.bytes) different.push(`the file ${file.id}`);
    const copies = (await all(client, list)).filter(
      ({ metadata }) => metadata?.submission === name,
    );
    if (copies.length > 1) doubled.push(`${name}: ${copies.map((each) => each.id).join(', ')}`);
    if (!copies.some((each) => each.id === id)) lost.push(`${name}: ${id}`);
    else if (!(await isOver(client, submission))) stuck.push(`${name}: ${id}`);
    else if (!isDeepStrictEqual(await outcomeOf(client, submission), references.get(spec)))
      different.push(`${name}: what ${spec} of ${id} came to`);
    if (!isBatch(spec)) continue;
    const files = outputs.filter(({ filename }) => String(filename).startsWith(id));
    if (files.length > 1) doubled.push(`${name}: ${files.length} files of ${id}`);
    if (spec !== '/v1/chat/completions') continue;
    const kept = await all(client, `/chat/completions?metadata[submission]=${name}`);
    if (kept.length < storedLines) lost.push(`${name}: ${kept.length} of its chats are stored`);
    if (kept.length > storedLines) doubled.push(`${name}: ${kept.length} chats are stored`);
  }
  return { lost, doubled, different, stuck, unexplained: [] };
}

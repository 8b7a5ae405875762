/** The example that copies files and evals from one service with this API to another: here, from a platform to itself. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ImportedEval } from '@lathe/contracts/http/eval-import';
import type { OpenAI } from 'openai';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startOldAccount } from './old-account.fixture.ts';
import { joinPlatform, type SharedPlatform } from './shared-platform.fixture.ts';

const program = join(import.meta.dirname, '../../examples/migrate/copy.ts');

let platform: SharedPlatform;
let KEEP: string;
beforeAll(async () => {
  platform = await joinPlatform();
  KEEP = await mkdtemp(join(tmpdir(), 'lathe-migrate-'));
});
afterAll(() => rm(KEEP, { recursive: true }));

/** Copies to the platform: what it prints. */
async function copied(from: { readonly url: string; readonly key: string }): Promise<string> {
  const [FROM_URL, TO_URL] = [from.url, `${platform.url}/v1`];
  const env = {
    ...process.env,
    FROM_URL,
    FROM_KEY: from.key,
    TO_URL,
    TO_KEY: platform.apiKey,
    KEEP,
  };
  return (await promisify(execFile)(process.execPath, [program], { env })).stdout;
}

it('copies files, evals, and the rows of runs with what was answered', async () => {
  const { client, url, apiKey } = platform;
  await platform.upload(['{"prompt": "a", "completion": "b"}']);
  const made = await client.evals.create({
    name: 'support',
    metadata: { team: 'a' },
    data_source_config: {
      type: 'custom',
      item_schema: { type: 'object', properties: { right: { type: 'string' } } },
      include_sample_schema: true,
    },
    testing_criteria: [
      {
        type: 'string_check',
        ...{ name: 'same', operation: 'eq' as const },
        ...{ input: '{{ sample.output_text }}', reference: '{{ item.right }}' },
      },
    ],
  });
  const content = ['yes', 'no'].map((right) => ({
    item: { right },
    sample: { output_text: 'yes' },
  }));
  const source = { type: 'file_content' as const, content };
  const run = await client.evals.runs.create(made.id, { data_source: { type: 'jsonl', source } });
  const retrieve = (id: string, eval_id: string) => client.evals.runs.retrieve(id, { eval_id });
  const waits = { interval: 100 };
  await expect.poll(() => retrieve(run.id, made.id), waits).toMatchObject({ status: 'completed' });

  const stdout = await copied({ url: `${url}/v1`, key: apiKey });
  expect(stdout).not.toContain('impossible');
  // An eval in a file and there, the rows of its run, and the files: of a platform to itself, those rows are one of them.
  expect(stdout.match(/^kept /gm)).toHaveLength(5);

  const [first, second] = await Array.fromAsync(client.evals.list());
  const { id: _, created_at: __, ...definition } = first as OpenAI.EvalListResponse;
  expect(second).toMatchObject(definition);
  const [rows] = (await client.files.list({ purpose: 'evals' })).data;
  const again = await client.evals.runs.create(second?.id ?? '', {
    data_source: { type: 'jsonl', source: { type: 'file_id', id: rows?.id ?? '' } },
  });
  await expect
    .poll(() => retrieve(again.id, again.eval_id), waits)
    .toMatchObject({ status: 'completed', result_counts: { total: 2, passed: 1, failed: 1 } });
});

it('ends with another code where nothing could be copied', async () => {
  const refused = await copied({ url: `${platform.url}/v1`, key: 'sk-wrong' }).catch(
    (error: unknown) => error,
  );
  expect(refused).toMatchObject({
    code: 1,
    stdout: ['evals', 'files', 'jobs']
      .map((what) => `impossible  ${what}: 401 The API key is not valid for this service.\n`)
      .join(''),
    stderr: 'Nothing was copied: every line above was impossible.\n',
  });
});

/** What is told of the rest of the account, with every new id as `file-…`. */
const filesAndJobs = [
  'kept        file rows.jsonl (file-old1): file-…, 40 bytes',
  'impossible  file lost.jsonl (file-old2): 404 No such File object: file-old2',
  'impossible  job ft:gpt-4o-mini-2024-07-18:acme::c (ftjob-old3): its file file-old2 was not copied',
  'kept        job ft:o4-mini-2025-04-16:acme::b (ftjob-old2): {"training_file":"file-…","method":{"type":"reinforcement","reinforcement":{"grader":{"type":"string_check","name":"same","operation":"eq","input":"a","reference":"b"},"response_format":{"type":"json_object"}}}}',
  'kept        job ft:gpt-4o-mini-2024-07-18:acme:desk:a (ftjob-old1): {"training_file":"file-…","suffix":"desk"}',
];

it('copies files and tells what tunes again after evals were shut down', async () => {
  await using account = await startOldAccount({ hasEvals: false });
  const told = (await copied({ url: account.url, key: 'sk-old' })).trimEnd().split('\n');
  expect(told.map((line) => line.replace(/(file-)[A-Za-z0-9]{20,}/g, '$1…'))).toEqual([
    'impossible  evals: 404 The evals API has been shut down.',
    ...filesAndJobs,
  ]);
});

it("copies what OpenAI's own answers have, page after page, and tells what cannot be", async () => {
  const { client } = platform;
  await using account = await startOldAccount();
  const before = (await Array.fromAsync(client.evals.list())).map(({ id }) => id);
  const told = (await copied({ url: account.url, key: 'sk-old' })).trimEnd().split('\n');
  const [file] = (await client.files.list({ purpose: 'fine-tune' })).data;
  expect(
    told.map((line) =>
      line.replaceAll(KEEP, 'kept').replace(/(file-|eval_)[A-Za-z0-9]{20,}/g, '$1…'),
    ),
  ).toEqual([
    'kept        eval External Data Eval (eval_old1): kept/eval_old1.json, 3 rows',
    'kept        eval External Data Eval (eval_old1): eval_…, 1 criteria',
    'kept        rows of the run first (evalrun_old1): file-…, 3 rows for eval_…',
    'kept        eval Judged (eval_old2): kept/eval_old2.json, 0 rows',
    expect.stringMatching(/^impossible {2}eval Judged \(eval_old2\): 400 .*gpt-4\.1/),
    'kept        eval Chats (eval_old3): kept/eval_old3.json, 0 rows',
    'kept        eval Chats (eval_old3): eval_…, 1 criteria',
    ...filesAndJobs,
  ]);
  expect(told.at(-1)).toContain(`"training_file":"${file?.id}"`);
  const made = await Array.fromAsync(client.evals.list());
  const [first, chats] = made.filter(({ id }) => !before.includes(id));
  expect(first?.testing_criteria).toEqual([
    {
      ...{ name: 'String check', type: 'string_check', operation: 'eq' },
      ...{ input: '{{item.input}}', reference: '{{item.ground_truth}}' },
    },
  ]);
  expect(chats?.data_source_config).toMatchObject({ type: 'logs', metadata: { use: 'chat' } });
  const files = await Array.fromAsync(client.files.list({ purpose: 'evals' }));
  const rows = files.find(({ filename }) => filename === 'first.jsonl') ?? expect.fail('no rows');
  expect((await (await client.files.content(rows.id)).text()).split('\n')).toEqual([
    '{"item":{"input":"a","ground_truth":"a"},"sample":{"output_text":"a"}}',
    '{"item":{"input":"b","ground_truth":"c"},"sample":{"output_text":""}}',
    '{"item":{"input":"d","ground_truth":"d"},"sample":{"output_text":""}}',
  ]);

  const content = await readFile(join(KEEP, 'eval_old1.json'), 'utf8');
  const body = { format: 'openai_evals', model: 'lathe-tiny', content };
  const imported = await client.post<ImportedEval>('/lathe/evals/import', { body });
  const impossible = imported.findings.filter(({ outcome }) => outcome === 'impossible');
  expect(impossible.map(({ message }) => message)).toEqual(
    Array(2).fill('It has no answer, and is left out.'),
  );
  expect(imported.eval.testing_criteria).toEqual(first?.testing_criteria);
  expect(await (await client.files.content(imported.file.id)).text()).toBe(
    '{"item":{"input":"a","ground_truth":"a"},"sample":{"output_text":"a"}}\n',
  );
});

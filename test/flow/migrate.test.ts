/** The example that copies files and evals from one service with this API to another: here, from a platform to itself. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { OpenAI } from 'openai';
import { expect, it } from 'vitest';
import { openPlatform } from './platform.fixture.ts';

const program = join(import.meta.dirname, '../../examples/migrate/copy.ts');

it('copies files, evals, and the rows of runs with what was answered', async () => {
  await using platform = await openPlatform();
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
  const waits = { timeout: 100_000, interval: 100 };
  await expect.poll(() => retrieve(run.id, made.id), waits).toMatchObject({ status: 'completed' });

  const place = `${url}/v1`;
  const env = { ...process.env, FROM_URL: place, FROM_KEY: apiKey, TO_URL: place, TO_KEY: apiKey };
  const { stdout } = await promisify(execFile)(process.execPath, [program], { env });
  expect(stdout).not.toContain('impossible');
  expect(stdout.match(/^kept /gm)).toHaveLength(3);

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

/** A run of an eval whose judges now and then say nothing that can be read: the row errs alone, and the run goes on. */
import { evalItemSchema } from '@lathe/contracts/artifact/eval-item';
import { evalItemsPrefix, evalRunRowsKey } from '@lathe/contracts/artifact/key';
import type { Grader } from '@lathe/contracts/http/grader';
import { newId } from '@lathe/contracts/id';
import { recordKey } from '@lathe/contracts/subject';
import { readJson } from '@lathe/platform/artifacts/read-json';
import { publishWork } from '@lathe/platform/nats/work';
import { patienceMs } from '@lathe/testkit/patience';
import { expect, it } from 'vitest';
import { oneEvaluator } from '../integration/one-evaluator.fixture.ts';
import { project, queuedRun } from '../integration/records.fixture.ts';

const test = oneEvaluator({});
const rows = 16;

/** A judge with random weights: where its number goes on and on, the room that it has ends first, and what is there is no JSON. */
const judge: Grader = {
  ...{ type: 'score_model', name: 'judge', model: 'tiny', range: [0, 9] },
  input: [{ role: 'user', content: 'Row {{ item.n }}: {{ sample.output_text }}' }],
  sampling_params: { temperature: 1, seed: 3, max_completions_tokens: 24 },
};

it('rubbish of a judge errs its row alone, and the run completes and counts it', async () => {
  const { evalRuns, artifacts, nats } = test.service;
  const [evalId, id] = [newId('eval'), newId('evalRun')];
  const lines = Array.from({ length: rows }, (_, n) =>
    JSON.stringify({ item: { n }, sample: { output_text: `Answer ${n}` } }),
  );
  const key = evalRunRowsKey(project, id);
  const object = { key, ...(await artifacts.put(key, Buffer.from(lines.join('\n')))) };
  const run = { ...queuedRun(id, { evalId, object }), asking: null, criteria: [judge] };
  await evalRuns.create(recordKey(project, id), run);
  await publishWork(nats, 'eval-run', {
    ...{ version: 1, project, jobId: id, epoch: 0, requestId: 'req_1' },
  });
  const read = async () => (await evalRuns.get(recordKey(project, id)))?.value;
  await expect
    .poll(read, { timeout: patienceMs, interval: 20 })
    .toMatchObject({ state: 'completed', error: null });
  const keys = await Array.fromAsync(artifacts.list(evalItemsPrefix(project, id)));
  const items = await Promise.all(
    keys.map((each) => readJson(artifacts, each.key, evalItemSchema)),
  );
  const of = (status: string) => items.filter((item) => item.status === status);
  expect(items).toHaveLength(rows);
  expect(of('error').length).toBeGreaterThan(0);
  expect(of('error').length).toBeLessThan(rows);
  for (const { results, sample } of of('error')) {
    expect(sample.error).toBeNull();
    expect(results).toMatchObject([
      { passed: false, score: 0, error: { flags: { model_grader_parse_error: true } } },
    ]);
  }
  // The others are judged as if there had been no such row.
  for (const { results } of [...of('pass'), ...of('fail')])
    expect(results[0]).not.toHaveProperty('error');
  expect((await read())?.tally.counts).toEqual({
    ...{ total: rows, errored: of('error').length },
    ...{ passed: of('pass').length, failed: of('fail').length },
  });
});
